"""indexes on records only of what is looked for: those that are held, those that wait

Revision: 0003, after 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

HELD = sa.text("status = 'held'")
WAITING = sa.text("waits_for IS NOT NULL")


def upgrade() -> None:
    op.drop_index("ix_record_status", "record")
    op.drop_index("ix_record_person_at", "record")
    op.drop_index("ix_record_site_id", "record")
    op.drop_index("ix_record_waits_for", "record")
    op.create_index("ix_record_held", "record", ["received_at"], sqlite_where=HELD, postgresql_where=HELD)
    op.create_index("ix_record_waits_for", "record", ["waits_for"], sqlite_where=WAITING, postgresql_where=WAITING)


def downgrade() -> None:
    op.drop_index("ix_record_waits_for", "record")
    op.drop_index("ix_record_held", "record")
    op.create_index("ix_record_waits_for", "record", ["waits_for"])
    op.create_index("ix_record_site_id", "record", ["site_id"])
    op.create_index("ix_record_person_at", "record", ["person_id", "at"])
    op.create_index("ix_record_status", "record", ["status", "received_at"])
