-- What Asterisk itself says of the calls (channel event log), to hold our own history against.

CREATE TABLE witness_files (
    node text NOT NULL,
    first_line text NOT NULL,
    position bigint NOT NULL,
    read_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (node, first_line)
);
COMMENT ON COLUMN witness_files.first_line IS 'SHA-256 of the file''s first line: the same file after it was renamed, another one after it was cut or replaced.';
COMMENT ON TABLE witness_files IS 'How far each event file was read, in bytes. Written in the transaction of the rows themselves.';
GRANT SELECT, INSERT, UPDATE, DELETE ON witness_files TO duudlaga_writer;

CREATE TABLE witness (
    witness_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    node text NOT NULL,
    call_id uuid NOT NULL,
    linked_id text NOT NULL,
    unique_id text NOT NULL,
    channel_counter bigint NOT NULL,
    event text NOT NULL,
    at timestamptz NOT NULL,
    context text NOT NULL,
    number text NOT NULL,
    caller_raw text NOT NULL,
    caller_name text NOT NULL,
    detail text NOT NULL
);
CREATE INDEX witness_call ON witness (call_id, witness_id);
CREATE INDEX witness_at ON witness (at);
COMMENT ON TABLE witness IS 'Asterisk''s events of intake calls, only the kinds that reconciling needs. Of the house: no client is known at this point.';
COMMENT ON COLUMN witness.call_id IS 'Made from linked_id by ari_app.flow.ids.call_id.';
COMMENT ON COLUMN witness.channel_counter IS 'The last part of unique_id. It counts from 0 again when Asterisk starts, which tells that every earlier channel is gone.';
COMMENT ON COLUMN witness.event IS 'Asterisk''s name of the event, or the name of our own mark.';
COMMENT ON COLUMN witness.number IS 'What the channel had been dialled with. Hostile text, like the caller''s.';
GRANT SELECT, INSERT, UPDATE, DELETE ON witness TO duudlaga_writer;

CREATE VIEW calls_unlogged AS
    SELECT witness.call_id, min(witness.linked_id) AS linked_id, min(witness.at) AS began_at
    FROM witness
    WHERE NOT EXISTS (SELECT 1 FROM calls WHERE calls.id = witness.call_id)
    GROUP BY witness.call_id;
COMMENT ON VIEW calls_unlogged IS 'Calls that Asterisk saw and our history does not have. Must be empty a minute after they end.';
GRANT SELECT ON calls_unlogged TO duudlaga_writer;
