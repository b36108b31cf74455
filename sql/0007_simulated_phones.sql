-- An agent's phone is a person's own, unless the agent's document says that it is simulated.

ALTER TABLE agents ADD COLUMN simulated_phone boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN agents.simulated_phone IS 'The second Asterisk plays the phone; until a real one registers.';
