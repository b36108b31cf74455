-- The witness keeps of a call what the dialplan tells of it, so that a forwarded one finds its client.
COMMENT ON COLUMN witness_calls.number IS 'What was dialled, or, once the dialplan has told it, all the numbers of the call, as Incoming.parse in ari_app/snapshot/incoming.py reads them. Hostile text, like the caller''s.';
COMMENT ON COLUMN witness_calls.caller_raw IS 'What the network said of the caller; empty when the caller withheld it.';
