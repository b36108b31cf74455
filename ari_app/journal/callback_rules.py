"""When a callback opens, counts and closes, in SQL.

One is open per client and number. Whatever the order in which two nodes' entries arrive, a talk
closes the promises made before it and none made after it.
"""

from __future__ import annotations

from ari_app.flow.outcome import MISSED
from ari_app.flow.unassigned import HOUSE
from ari_app.journal.statement import Statement

# Without a number there is nobody to ring, and nobody rings back who dialled a number that nobody
# owns: the row is closed at once and only shows that somebody called. The first talk with this
# caller after the miss may have arrived before the miss did.
_COUNT = """
    WITH miss AS (
        SELECT *, CASE WHEN %(client)s = '{house}' THEN 'number_unassigned'
                       WHEN number IS NULL THEN 'number_withheld' END AS owed_to_nobody
        FROM ({miss}) AS call
    ),
    talk AS (
        SELECT id, answered_at FROM calls
        WHERE client_id = %(client)s AND caller = (SELECT number FROM miss)
          AND answered_at > %(at)s
        ORDER BY answered_at, id LIMIT 1
    ),
    counted AS (
        INSERT INTO callbacks (id, client_id, number, queue, language, reason, state, opened_at,
                               last_missed_at, queued_at, closed_reason, closed_at, closed_by_call)
        SELECT %(call)s, %(client)s, number, queue, language, reason,
               CASE WHEN owed_to_nobody IS NOT NULL THEN 'closed' WHEN talk.id IS NULL THEN 'new'
                    ELSE 'done' END,
               %(at)s, %(at)s, queued_at,
               coalesce(owed_to_nobody, CASE WHEN talk.id IS NOT NULL THEN 'answered_inbound' END),
               CASE WHEN owed_to_nobody IS NOT NULL THEN %(at)s ELSE talk.answered_at END, talk.id
        FROM miss LEFT JOIN talk ON owed_to_nobody IS NULL
        ON CONFLICT (client_id, number) WHERE state NOT IN ('done', 'closed') DO UPDATE SET
            misses = callbacks.misses + 1,
            last_missed_at = greatest(callbacks.last_missed_at, excluded.last_missed_at),
            queued_at = coalesce(callbacks.queued_at, excluded.queued_at)
        RETURNING id
    )
    UPDATE calls SET callback_id = counted.id FROM counted WHERE calls.id = %(call)s
"""

COUNT_BOOKED = Statement(
    "count_booked",
    _COUNT.format(
        house=HOUSE,
        miss="""SELECT nullif(%(number)s::text, '') AS number, %(queue)s::text AS queue,
                       %(language)s::text AS language, %(reason)s::text AS reason,
                       to_timestamp(%(queued_at)s) AS queued_at
                FROM calls WHERE id = %(call)s AND callback_id IS NULL""",
    ),
)
"""Open a callback for a call that was missed or asked for one, or count it for the open one.

A call counts once, however often it comes here.
"""

COUNT_ENDED = Statement(
    "count_ended",
    _COUNT.format(
        house=HOUSE,
        miss=f"""SELECT nullif(caller, '') AS number, queue, language,
                        CASE WHEN outcome IN ('cut', 'refused') THEN outcome ELSE 'missed'
                        END AS reason,
                        NULL::timestamptz AS queued_at
                 FROM calls
                 WHERE id = %(call)s AND callback_id IS NULL
                   AND outcome IN {MISSED}""",  # noqa: S608 (our own words)
    ),
)
"""The same for a call that ended missed; usually it was booked by an entry just before."""

CLOSE_ANSWERED = Statement(
    "close_answered",
    """UPDATE callbacks SET state = 'done', closed_reason = 'answered_inbound',
                            closed_at = %(at)s, closed_by_call = %(call)s
       FROM calls
       WHERE calls.id = %(call)s AND calls.answered_at IS NULL
         AND callbacks.client_id = %(client)s AND callbacks.number = calls.caller
         AND callbacks.state NOT IN ('done', 'closed') AND callbacks.last_missed_at <= %(at)s""",
)
"""The caller is about to reach somebody for the first time: what was missed before is settled."""

REOPEN_WORDLESS = Statement(
    "reopen_wordless",
    """UPDATE callbacks SET state = 'new', closed_reason = NULL, closed_at = NULL,
                            closed_by_call = NULL
       FROM calls
       WHERE calls.id = %(call)s
         AND NOT EXISTS (SELECT FROM legs WHERE legs.call_id = %(call)s AND legs.talk_seconds >= 1)
         AND callbacks.closed_by_call = %(call)s AND callbacks.state = 'done'
         AND callbacks.closed_reason = 'answered_inbound'
         AND NOT EXISTS (SELECT FROM callbacks AS later
                         WHERE later.client_id = callbacks.client_id
                           AND later.number = callbacks.number
                           AND later.state NOT IN ('done', 'closed'))""",
)
"""Each talk of the call was too short for a word: the old callback is owed again, with its place
and its count. Before the miss is counted."""
