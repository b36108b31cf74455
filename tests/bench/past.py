"""A history of many calls, made in Postgres by itself: what a house has after weeks or months."""

from __future__ import annotations

from contextlib import closing

from ari_app.store.database import connect

NODE = "bench-past"
SPAN_SECONDS = 40 * 3600
"""All of them lie so shortly behind us, which is as hard for whoever looks back as it can be."""

# Of five callers four are answered and recorded, one is missed; each calls some ten times.
_CALLS = """
    INSERT INTO calls (id, client_id, number, caller, caller_raw, language, outcome, offered_at,
                       answered_at, ended_at, agent, queue, waited_seconds, talk_seconds, ended_by,
                       callback_id, flow, revision, node)
    SELECT id, 'client-' || n %% 20, '+97670199002', caller, caller, 'mn',
           CASE WHEN missed THEN 'abandoned' ELSE 'answered' END, at,
           CASE WHEN NOT missed THEN at + interval '10 s' END, at + interval '70 s',
           CASE WHEN NOT missed THEN 'agent-' || n %% 60 END, 'desk', 9,
           CASE WHEN missed THEN 0 ELSE 60 END, 'caller', CASE WHEN missed THEN id END,
           'journey', 1, %(node)s
    FROM past
"""
_OTHERS = (
    """INSERT INTO entries (node, seq, client_id, call_id, kind, at, data)
       SELECT %(node)s, n * 4 + step, 'client-' || n %% 20, id,
              (ARRAY['call_offered', 'node_entered', 'prompt_played', 'call_ended'])[step + 1],
              at + step * interval '20 s', '{"node": "greet", "items": ["client:second"]}'
       FROM past, generate_series(0, 3) AS step ORDER BY n, step""",
    """INSERT INTO legs (id, client_id, call_id, agent, ringing_at, answered_at, ended_at, result,
                         ended_by, talk_seconds)
       SELECT id || '-5-001', 'client-' || n %% 20, id, 'agent-' || n %% 60, at, at, at, 'talked',
              'caller', 60 FROM past WHERE NOT missed""",
    """INSERT INTO recordings (id, client_id, call_id, kind, expected_at, state, path, seconds)
       SELECT id || '-6-002', 'client-' || n %% 20, id, 'talk', at, 'stored', 'a/' || id, 60
       FROM past WHERE NOT missed""",
    """INSERT INTO contacts (client_id, number, first_call_at, last_call_at, calls)
       SELECT 'client-' || n %% 20, caller, min(at), max(at), count(*) FROM past GROUP BY 1, 2
       ON CONFLICT DO NOTHING""",
    """INSERT INTO callbacks (id, client_id, number, reason, state, opened_at, last_missed_at,
                              closed_at, closed_reason)
       SELECT id, 'client-' || n %% 20, caller, 'missed', 'done', at, at, at, 'answered_inbound'
       FROM past WHERE missed""",
)  # fmt: skip


def fill(dsn: str, first: int, last: int) -> None:
    """Add the calls ``first`` to ``last`` - 1, settled as most are."""
    values = {"node": NODE, "first": first, "last": last, "span": SPAN_SECONDS}
    with closing(connect(dsn, "bench")) as connection:
        with connection, connection.cursor() as cursor:
            cursor.execute(
                """CREATE TEMP TABLE past AS
                   SELECT n, md5('past' || n)::uuid AS id, n %% 5 = 0 AS missed,
                          '+9768' || lpad((n %% (%(last)s / 10))::text, 7, '0') AS caller,
                          now() - interval '2 h' - random() * %(span)s * interval '1 s' AS at
                   FROM generate_series(%(first)s, %(last)s - 1) AS n""",
                values,
            )
            for statement in (_CALLS, *_OTHERS):
                cursor.execute(statement, values)
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")  # autovacuum does the same, at a time of its own
