"""since when people have a role at a site; of those who have one by now it is not known

Revision: 0031, after 0030
"""

import sqlalchemy as sa
from alembic import op

from webapp.core.db import UTCTime

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

TABLES = ("membership", "past_membership")


def upgrade() -> None:
    for table in TABLES:
        op.add_column(table, sa.Column("begun_at", UTCTime(), nullable=True))


def downgrade() -> None:
    for table in TABLES:
        op.drop_column(table, "begun_at")
