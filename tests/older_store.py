"""A store as the release before origins were joined left it: statements that set a store of today back."""

SET_BACK = (
    """CREATE TABLE older_origins AS
       SELECT o.seq + r.seq - o.fact AS seq, o.entry, r.id AS fact, o.import_id,
              o."row" + r.seq - o.fact AS "row"
       FROM origins o JOIN records r
         ON o.family = 'rec' AND r.seq >= o.fact AND r.seq < o.fact + o.length
       UNION ALL
       SELECT o.seq + j.seq - o.fact, o.entry, j.id, o.import_id, o."row" + j.seq - o.fact
       FROM origins o JOIN judgments j
         ON o.family = 'jud' AND j.seq >= o.fact AND j.seq < o.fact + o.length""",
    "DROP TABLE origins",
    """CREATE TABLE origins (
         seq BIGINT NOT NULL, entry BIGINT NOT NULL, fact TEXT NOT NULL,
         import_id BIGINT NOT NULL, "row" BIGINT NOT NULL,
         CONSTRAINT pk_origins PRIMARY KEY (seq),
         CONSTRAINT uq_origins_fact_import_id_row UNIQUE (fact, import_id, "row"),
         CONSTRAINT fk_origins_import_id FOREIGN KEY (import_id) REFERENCES imports (id))""",
    'INSERT INTO origins SELECT seq, entry, fact, import_id, "row" FROM older_origins',
    "DROP TABLE older_origins",
    "UPDATE alembic_version SET version_num = '0006'",
)
"""From revision 0007 to 0006, on SQLite and on PostgreSQL."""
