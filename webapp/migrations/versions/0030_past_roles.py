"""roles that people had at a site and have no more; of those who left before nothing is known

Revision: 0030, after 0029
"""

import sqlalchemy as sa
from alembic import op

from webapp.core.db import UTCTime

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "past_membership",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("ended_at", UTCTime(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_past_membership_person_id")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_past_membership_site_id")),
        sa.PrimaryKeyConstraint("person_id", "site_id", "ended_at", name=op.f("pk_past_membership")),
    )
    op.create_index(op.f("ix_past_membership_site_id"), "past_membership", ["site_id"])


def downgrade() -> None:
    op.drop_table("past_membership")
