"""columns that few rows have are found without those that have none; signatures by their time

Revision: 0027, after 0026
"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

# (name before, name, table, columns); the last column is the one that few rows have
FEW = (
    ("ix_work_order_request_id", "ix_work_order_request", "work_order", ["request_id"]),
    ("ix_work_order_part_of_id", "ix_work_order_part_of", "work_order", ["part_of_id"]),
    ("ix_inspection_again_of_id", "ix_inspection_again_of", "inspection", ["again_of_id"]),
    ("ix_inspection_site_keep_off", "ix_inspection_keep_off", "inspection", ["site_id", "keep_off_until"]),
)


def upgrade() -> None:
    for before, name, table, columns in FEW:
        some = sa.text(f"{columns[-1]} IS NOT NULL")
        op.drop_index(before, table)
        op.create_index(name, table, columns, sqlite_where=some, postgresql_where=some)
    op.create_index("ix_work_signature_at", "work_signature", ["at"])


def downgrade() -> None:
    op.drop_index("ix_work_signature_at", "work_signature")
    for before, name, table, columns in FEW:
        op.drop_index(name, table)
        op.create_index(before, table, columns)
