-- What Asterisk says of calls, one row a call and only until the call's outcome is on record: then
-- it has nothing more to tell, and looking for calls that are on no record costs the same however
-- long the history is. Asterisk's own lines stay in cel.jsonl for two weeks.

CREATE TABLE asterisk_starts (
    node text PRIMARY KEY,
    began_at timestamptz NOT NULL,
    counter bigint NOT NULL,
    counter_second bigint NOT NULL
);
COMMENT ON TABLE asterisk_starts IS 'The last start of each node''s Asterisk, as the unique ids of its channels tell.';
COMMENT ON COLUMN asterisk_starts.began_at IS 'When its first channel was seen.';
COMMENT ON COLUMN asterisk_starts.counter IS 'The highest number of a channel since then. It counts from 0 again when Asterisk starts, which tells that every earlier channel is gone.';
COMMENT ON COLUMN asterisk_starts.counter_second IS 'When that channel was made, in Unix seconds, as its unique id says.';
GRANT SELECT, INSERT, UPDATE, DELETE ON asterisk_starts TO duudlaga_writer;

CREATE TABLE witness_calls (
    call_id uuid PRIMARY KEY,
    node text NOT NULL,
    linked_id text NOT NULL,
    number text NOT NULL,
    caller_raw text NOT NULL,
    caller_name text NOT NULL,
    asterisk_at timestamptz NOT NULL,
    began_at timestamptz NOT NULL,
    last_at timestamptz NOT NULL,
    hung_up_at timestamptz,
    over_at timestamptz,
    message_at timestamptz,
    message_status text NOT NULL DEFAULT ''
);
COMMENT ON TABLE witness_calls IS 'Intake calls that Asterisk saw and whose outcome is not on record yet. Of the house: no client is known at this point.';
COMMENT ON COLUMN witness_calls.call_id IS 'Made from linked_id by ari_app.flow.ids.call_id.';
COMMENT ON COLUMN witness_calls.number IS 'What the channel had been dialled with. Hostile text, like the caller''s.';
COMMENT ON COLUMN witness_calls.asterisk_at IS 'Under which start of Asterisk it was first seen: asterisk_starts.began_at of that time.';
COMMENT ON COLUMN witness_calls.over_at IS 'When the last channel of the call ended.';
COMMENT ON COLUMN witness_calls.message_status IS 'How the message ended that the dialplan''s last step took (RECORD_STATUS); empty without one.';
GRANT SELECT, INSERT, UPDATE, DELETE ON witness_calls TO duudlaga_writer;

INSERT INTO asterisk_starts (node, began_at, counter, counter_second)
    SELECT DISTINCT ON (node) node, min(at) OVER (PARTITION BY node), channel_counter,
           floor(extract(epoch FROM at))
    FROM witness WHERE channel_counter >= 0
    ORDER BY node, witness_id DESC;

INSERT INTO witness_calls
    SELECT call_id, first.node, linked_id, number, caller_raw, caller_name,
           coalesce(asterisk_starts.began_at, at), at, last_at, hung_up_at, over_at, message_at,
           coalesce(message_status, '')
    FROM (SELECT DISTINCT ON (call_id) * FROM witness ORDER BY call_id, witness_id) AS first
    JOIN (
        SELECT call_id, max(at) AS last_at, min(at) FILTER (WHERE event = 'HANGUP') AS hung_up_at,
               max(at) FILTER (WHERE event = 'LINKEDID_END') AS over_at,
               min(at) FILTER (WHERE event = 'duudlaga_message_end' AND detail <> '') AS message_at,
               min(detail) FILTER (WHERE event = 'duudlaga_message_end' AND detail <> '')
                   AS message_status
        FROM witness GROUP BY call_id
    ) AS whole USING (call_id)
    LEFT JOIN asterisk_starts ON asterisk_starts.node = first.node
    WHERE message_at IS NOT NULL
       OR NOT EXISTS (SELECT 1 FROM calls WHERE id = call_id AND outcome IS NOT NULL);

DROP VIEW calls_unlogged;
DROP TABLE witness;
CREATE VIEW calls_unlogged AS
    SELECT call_id, linked_id, began_at FROM witness_calls
    WHERE NOT EXISTS (SELECT 1 FROM calls WHERE calls.id = witness_calls.call_id);
COMMENT ON VIEW calls_unlogged IS 'Calls that Asterisk saw and our history does not have. Must be empty a minute after they end.';
GRANT SELECT ON calls_unlogged TO duudlaga_writer;

-- Every missed call asks whether somebody talked with this caller since.
CREATE INDEX calls_answered ON calls (client_id, caller, answered_at)
    WHERE answered_at IS NOT NULL;
