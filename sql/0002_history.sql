-- What happened. The entries are the facts; calls, legs and callbacks are derived from them by
-- ari_app/journal/projection.py and can be deleted and rebuilt.
--
-- Nothing here refers to the clients' tables by foreign key: a fact is kept whatever the
-- configuration says by the time it arrives.

CREATE TABLE shipping (
    node text PRIMARY KEY,
    position bigint NOT NULL,
    shipped_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE shipping IS 'How far each node''s journal has arrived. Written in the transaction of the entries themselves, so each arrives exactly once.';
GRANT SELECT, INSERT, UPDATE, DELETE ON shipping TO duudlaga_writer;

CREATE TABLE entries (
    entry_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    node text NOT NULL,
    seq bigint NOT NULL,
    client_id text NOT NULL,
    call_id uuid,
    kind text NOT NULL,
    at timestamptz NOT NULL,
    data jsonb NOT NULL,
    UNIQUE (node, seq)
);
CREATE INDEX entries_call ON entries (call_id, entry_id);
COMMENT ON TABLE entries IS 'Every line of every call''s journal, for ever. entry_id is the order of arrival, in which they are projected.';
COMMENT ON COLUMN entries.call_id IS 'NULL = of the house, not of a call, as an agent''s change of state.';
COMMENT ON COLUMN entries.seq IS 'The line''s number in the journal of its node.';
SELECT isolate_client('entries', 'SELECT');
CREATE TRIGGER entries_immutable BEFORE UPDATE ON entries
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TABLE refused_entries (
    entry_id bigint PRIMARY KEY REFERENCES entries,
    client_id text NOT NULL,
    reason text NOT NULL,
    refused_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE refused_entries IS 'Entries that the projection could not apply: a fault of the program, mended by a new version and a rebuild. The entry itself is kept.';
SELECT isolate_client('refused_entries', 'SELECT');

CREATE TABLE calls (
    id uuid PRIMARY KEY,
    client_id text NOT NULL,
    number text,
    caller text,
    caller_raw text NOT NULL DEFAULT '',
    caller_name text NOT NULL DEFAULT '',
    language text,
    outcome text CHECK (outcome IN ('answered', 'callback', 'message', 'voicemail', 'self_served',
                                    'abandoned', 'short_abandon', 'blocked', 'cut')),
    offered_at timestamptz NOT NULL,
    answered_at timestamptz,
    ended_at timestamptz,
    agent text,
    queue text,
    waited_seconds double precision NOT NULL DEFAULT 0,
    talk_seconds double precision NOT NULL DEFAULT 0,
    ended_by text,
    callback_id uuid,
    flow text,
    revision integer,
    node text NOT NULL,
    CHECK ((outcome IS NULL) = (ended_at IS NULL))
);
CREATE INDEX calls_client ON calls (client_id, offered_at DESC);
CREATE INDEX calls_offered ON calls (offered_at DESC);
CREATE INDEX calls_caller ON calls (client_id, caller, offered_at DESC);
CREATE INDEX calls_open ON calls (offered_at) WHERE outcome IS NULL;
COMMENT ON TABLE calls IS 'One caller''s visit. Derived from entries.';
COMMENT ON COLUMN calls.caller IS 'E.164; NULL when withheld or nothing that can be dialled.';
COMMENT ON COLUMN calls.caller_raw IS 'What the network sent. Hostile text, like caller_name.';
COMMENT ON COLUMN calls.answered_at IS 'When the first talk with a person began.';
COMMENT ON COLUMN calls.callback_id IS 'The callback that this call opened or counted for.';
COMMENT ON COLUMN calls.outcome IS 'How the call ended, exactly one; NULL while it goes on.';
COMMENT ON COLUMN calls.node IS 'The journal that offered the call.';
SELECT isolate_client('calls', 'SELECT');

CREATE TABLE legs (
    id text PRIMARY KEY,
    client_id text NOT NULL,
    call_id uuid NOT NULL,
    agent text,
    number text,
    ringing_at timestamptz NOT NULL,
    answered_at timestamptz,
    ended_at timestamptz,
    result text,
    ended_by text,
    talk_seconds double precision NOT NULL DEFAULT 0
);
CREATE INDEX legs_call ON legs (call_id);
CREATE INDEX legs_agent ON legs (agent, ringing_at);
COMMENT ON TABLE legs IS 'Another party of a call: an agent''s phone or an outside number. Derived from entries.';
COMMENT ON COLUMN legs.result IS 'talked, busy, no_answer, refused, unreachable or cancelled; NULL while it goes on.';
SELECT isolate_client('legs', 'SELECT');

CREATE TABLE contacts (
    client_id text NOT NULL,
    number text NOT NULL,
    name text,
    vip boolean NOT NULL DEFAULT false,
    blocked boolean NOT NULL DEFAULT false,
    first_call_at timestamptz,
    last_call_at timestamptz,
    calls integer NOT NULL DEFAULT 0,
    answered_calls integer NOT NULL DEFAULT 0,
    PRIMARY KEY (client_id, number)
);
COMMENT ON TABLE contacts IS 'Everybody who ever called a client, one row per number. The times and counts are derived from entries; name, vip and blocked are written by people.';
SELECT isolate_client('contacts', 'SELECT, INSERT, UPDATE');

CREATE TABLE callbacks (
    id uuid PRIMARY KEY,
    client_id text NOT NULL,
    number text,
    queue text,
    language text,
    reason text NOT NULL,
    state text NOT NULL CHECK (state IN ('new', 'waiting', 'offered', 'dialling', 'confirmed',
                                         'done', 'retry', 'closed')),
    queued_at timestamptz,
    closed_reason text,
    misses integer NOT NULL DEFAULT 1,
    opened_at timestamptz NOT NULL,
    last_missed_at timestamptz NOT NULL,
    closed_at timestamptz,
    closed_by_call uuid,
    CHECK ((state IN ('done', 'closed')) = (closed_at IS NOT NULL)),
    CHECK (number IS NOT NULL OR state = 'closed')
);
CREATE UNIQUE INDEX callbacks_one_open ON callbacks (client_id, number)
    WHERE state NOT IN ('done', 'closed');
CREATE INDEX callbacks_client ON callbacks (client_id, opened_at DESC);
COMMENT ON TABLE callbacks IS 'A promise to ring back; one open per client and number. Derived from entries.';
COMMENT ON COLUMN callbacks.id IS 'The id of the call that opened it.';
COMMENT ON COLUMN callbacks.queued_at IS 'Since when the caller waited in the queue: the place that is kept.';
COMMENT ON COLUMN callbacks.misses IS 'How many calls it stands for.';
COMMENT ON COLUMN callbacks.reason IS 'Why it was opened: key, missed, cut or fallback.';
SELECT isolate_client('callbacks', 'SELECT');

CREATE TABLE recordings (
    id text PRIMARY KEY,
    client_id text NOT NULL,
    call_id uuid NOT NULL,
    kind text NOT NULL,
    leg text,
    agent text,
    expected_at timestamptz NOT NULL,
    state text NOT NULL DEFAULT 'expected'
        CHECK (state IN ('expected', 'found', 'repaired', 'stored', 'verified')),
    path text,
    peaks_path text,
    sha256 text,
    bytes bigint,
    seconds double precision,
    stored_at timestamptz
);
CREATE INDEX recordings_call ON recordings (call_id);
CREATE INDEX recordings_unfinished ON recordings (expected_at) WHERE state NOT IN ('stored', 'verified');
COMMENT ON TABLE recordings IS 'The ledger: every recording that must exist and how far it got. Derived from entries; the steps between expected and stored are in the node''s own ledger.';
COMMENT ON COLUMN recordings.path IS 'Relative to the folder of finished recordings, like peaks_path.';
SELECT isolate_client('recordings', 'SELECT');

CREATE TABLE audit (
    audit_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    client_id text,
    at timestamptz NOT NULL DEFAULT now(),
    actor text NOT NULL,
    action text NOT NULL,
    subject text NOT NULL,
    details jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX audit_client ON audit (client_id, at DESC);
COMMENT ON TABLE audit IS 'Who did or looked at what: changes, views of recordings, exports. client_id is NULL for the house''s own matters.';
SELECT isolate_client('audit', 'SELECT, INSERT');
CREATE TRIGGER audit_immutable BEFORE UPDATE OR DELETE ON audit
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
