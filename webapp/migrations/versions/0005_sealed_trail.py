"""the sealed trail; records that were accepted before it are sealed like new ones

Revision: 0005, after 0004
"""

import sqlalchemy as sa
from alembic import op

import webapp.core.db

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

SEALED = sa.text("n IS NOT NULL")
UNSEALED = sa.text("n IS NULL")


def upgrade() -> None:
    op.create_table(
        "seal_link",
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=True),
        sa.Column("hash", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_seal_link_record_id")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_seal_link_site_id")),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_seal_link")),
    )
    op.create_index("ix_seal_link_site_n", "seal_link", ["site_id", "n"], unique=True, sqlite_where=SEALED, postgresql_where=SEALED)
    op.create_index("ix_seal_link_unsealed", "seal_link", ["site_id"], sqlite_where=UNSEALED, postgresql_where=UNSEALED)
    op.create_table(
        "seal",
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("sealed_at", webapp.core.db.UTCTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_seal_site_id")),
        sa.PrimaryKeyConstraint("site_id", "n", name=op.f("pk_seal")),
    )
    op.create_index("ix_seal_site_at", "seal", ["site_id", "sealed_at"])
    op.execute(
        "INSERT INTO seal_link (record_id, site_id) SELECT id, site_id FROM record WHERE status = 'accepted' AND site_id IS NOT NULL"
    )


def downgrade() -> None:
    op.drop_table("seal")
    op.drop_table("seal_link")
