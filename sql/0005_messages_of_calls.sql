-- A message that the dialplan took counts, whoever ended the call: ari_app/journal/steps.py.

ALTER TABLE calls ADD COLUMN message text CHECK (message IN ('message', 'voicemail'));
COMMENT ON COLUMN calls.message IS 'What the caller left, message or voicemail; NULL = nothing.';

UPDATE calls SET message = left_first.kind
FROM (SELECT DISTINCT ON (call_id) call_id, data->>'kind' AS kind FROM entries
      WHERE kind = 'message_left' ORDER BY call_id, entry_id) AS left_first
WHERE calls.id = left_first.call_id AND left_first.kind IN ('message', 'voicemail');
