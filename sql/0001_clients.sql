-- The companies we answer for and what their administrators write: numbers, flows, prompts,
-- calendars, queues; and the house's own agents.
--
-- Three roles use this database, made before the first migration (ari_app/store/roles.py):
--   duudlaga_owner   owns every table and runs the migrations
--   duudlaga_writer  shipper, importer, house-wide screens: sees all clients
--   duudlaga_app     everything done for one client: sees the rows of duudlaga.client alone
-- Row-level security is forced, so that it binds the owner as well.

CREATE FUNCTION isolate_client(tenant_table regclass, app_rights text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', tenant_table);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', tenant_table);
    -- current_setting(…, true) is NULL, or '' after a transaction that set it: no row matches.
    EXECUTE format(
        'CREATE POLICY one_client ON %s TO duudlaga_app
         USING (client_id = current_setting(''duudlaga.client'', true))
         WITH CHECK (client_id = current_setting(''duudlaga.client'', true))', tenant_table);
    EXECUTE format(
        'CREATE POLICY whole_house ON %s TO duudlaga_writer, duudlaga_owner
         USING (true) WITH CHECK (true)', tenant_table);
    EXECUTE format(
        'GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO duudlaga_writer', tenant_table);
    EXECUTE format('GRANT %s ON %s TO duudlaga_app', app_rights, tenant_table);
END $$;
COMMENT ON FUNCTION isolate_client IS
    'Fences a table by its client_id and grants the roles their rights. Call it for every table of a client''s data.';
REVOKE EXECUTE ON FUNCTION isolate_client FROM PUBLIC;

CREATE DOMAIN slug AS text CHECK (VALUE ~ '^[a-z0-9][a-z0-9_-]{0,62}$');
COMMENT ON DOMAIN slug IS 'An id that people write.';
CREATE DOMAIN e164 AS text CHECK (VALUE ~ '^\+[1-9][0-9]{4,14}$');
COMMENT ON DOMAIN e164 IS 'A telephone number with its country code, as +97670110001.';

CREATE TABLE clients (
    client_id slug PRIMARY KEY,
    name text NOT NULL,
    language text NOT NULL,
    timezone text NOT NULL,
    colour text,
    answer_phrase jsonb NOT NULL DEFAULT '{}',
    short_abandon_seconds integer NOT NULL DEFAULT 5 CHECK (short_abandon_seconds >= 0),
    record boolean NOT NULL DEFAULT true,
    fallback_queue slug,
    created_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE clients IS 'A company we answer for: the tenant.';
COMMENT ON COLUMN clients.answer_phrase IS 'What an agent says first, per language.';
COMMENT ON COLUMN clients.short_abandon_seconds IS 'Hanging up sooner than this is a short abandon; 0 = there is none.';
COMMENT ON COLUMN clients.fallback_queue IS 'Where a caller goes when the flow is broken.';
SELECT isolate_client('clients', 'SELECT');

CREATE TABLE flows (
    client_id slug NOT NULL REFERENCES clients,
    flow slug NOT NULL,
    current_revision integer,
    PRIMARY KEY (client_id, flow)
);
COMMENT ON TABLE flows IS 'A client''s call flow; current_revision is the published one; NULL = withdrawn.';
SELECT isolate_client('flows', 'SELECT');

CREATE TABLE flow_revisions (
    client_id slug NOT NULL,
    flow slug NOT NULL,
    revision integer NOT NULL CHECK (revision > 0),
    definition json NOT NULL,
    sha256 text NOT NULL,
    published_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (client_id, flow, revision),
    FOREIGN KEY (client_id, flow) REFERENCES flows ON DELETE CASCADE
);
COMMENT ON TABLE flow_revisions IS 'Published versions of a flow. Immutable: calls refer to them for ever.';
COMMENT ON COLUMN flow_revisions.definition IS 'json, not jsonb: keeps the order in which the author wrote the nodes.';
COMMENT ON COLUMN flow_revisions.sha256 IS 'Of the definition as compact JSON with sorted keys.';
SELECT isolate_client('flow_revisions', 'SELECT');

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are never changed', TG_TABLE_NAME;
END $$;
CREATE TRIGGER flow_revisions_immutable BEFORE UPDATE ON flow_revisions
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TABLE numbers (
    number e164 PRIMARY KEY,
    client_id slug NOT NULL REFERENCES clients,
    flow slug NOT NULL,
    label text NOT NULL DEFAULT '',
    position integer NOT NULL DEFAULT 0,
    FOREIGN KEY (client_id, flow) REFERENCES flows
);
CREATE INDEX numbers_client ON numbers (client_id);
COMMENT ON TABLE numbers IS 'The numbers that callers dial. One number belongs to one client of the whole house.';
COMMENT ON COLUMN numbers.position IS 'Place in the client''s document.';
SELECT isolate_client('numbers', 'SELECT');

CREATE TABLE calendars (
    client_id slug NOT NULL REFERENCES clients,
    calendar slug NOT NULL,
    definition json NOT NULL,
    PRIMARY KEY (client_id, calendar)
);
COMMENT ON TABLE calendars IS 'Opening hours, exceptions and holidays, as the client''s document has them.';
SELECT isolate_client('calendars', 'SELECT');

CREATE TABLE queues (
    client_id slug NOT NULL REFERENCES clients,
    queue slug NOT NULL,
    strategy text NOT NULL,
    ring_seconds integer NOT NULL CHECK (ring_seconds > 0),
    wrap_up_seconds integer NOT NULL CHECK (wrap_up_seconds >= 0),
    max_waiting integer NOT NULL CHECK (max_waiting >= 0),
    weight double precision NOT NULL CHECK (weight > 0),
    music text NOT NULL,
    PRIMARY KEY (client_id, queue)
);
COMMENT ON TABLE queues IS 'Where callers wait for the client''s agents.';
COMMENT ON COLUMN queues.max_waiting IS 'More than this do not get in; 0 = no limit.';
COMMENT ON COLUMN queues.weight IS 'Across clients the next caller has the highest weight × wait.';
SELECT isolate_client('queues', 'SELECT');

CREATE TABLE prompts (
    client_id slug NOT NULL REFERENCES clients,
    prompt slug NOT NULL,
    language text NOT NULL,
    text text,
    file text,
    sha256 text NOT NULL,
    PRIMARY KEY (client_id, prompt, language),
    CHECK (num_nonnulls(text, file) = 1)
);
COMMENT ON TABLE prompts IS 'What a caller hears: spoken from text, or recorded in a file.';
COMMENT ON COLUMN prompts.file IS 'Path beside the client''s document, as written there.';
COMMENT ON COLUMN prompts.sha256 IS 'Of the text, or of the file''s content.';
SELECT isolate_client('prompts', 'SELECT');

CREATE TABLE agents (
    agent slug PRIMARY KEY,
    name text NOT NULL,
    ready_on_register boolean NOT NULL DEFAULT true,
    ring_seconds integer CHECK (ring_seconds > 0)
);
COMMENT ON TABLE agents IS 'Who answers. Agents belong to the house, so the table has no client.';
COMMENT ON COLUMN agents.ready_on_register IS 'Registering the phone makes the agent ready.';
COMMENT ON COLUMN agents.ring_seconds IS 'NULL = as long as the queue says.';
GRANT SELECT, INSERT, UPDATE, DELETE ON agents TO duudlaga_writer;

CREATE TABLE agent_clients (
    client_id slug NOT NULL REFERENCES clients,
    agent slug NOT NULL REFERENCES agents,
    level integer NOT NULL CHECK (level BETWEEN 0 AND 10),
    position integer NOT NULL DEFAULT 0,
    PRIMARY KEY (client_id, agent)
);
COMMENT ON TABLE agent_clients IS 'Which clients an agent answers for, and how well.';
SELECT isolate_client('agent_clients', 'SELECT');

CREATE TABLE agent_state_history (
    history_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    agent text NOT NULL,
    state text NOT NULL,
    reason text NOT NULL DEFAULT '',
    began_at timestamptz NOT NULL
);
CREATE INDEX agent_state_history_agent ON agent_state_history (agent, began_at);
COMMENT ON TABLE agent_state_history IS 'What an agent was doing since when: offline, ready, reserved, ringing, talking, wrap_up, paused. The house''s own; derived from entries.';
GRANT SELECT, INSERT, DELETE ON agent_state_history TO duudlaga_writer;
