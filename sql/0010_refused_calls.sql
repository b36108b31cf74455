-- A call that Asterisk refused before it had a channel was not cut off: nothing crashed.

ALTER TABLE calls DROP CONSTRAINT calls_outcome_check;
ALTER TABLE calls ADD CONSTRAINT calls_outcome_check
    CHECK (outcome IN ('answered', 'callback', 'message', 'voicemail', 'self_served', 'abandoned',
                       'short_abandon', 'blocked', 'cut', 'refused'));

COMMENT ON COLUMN callbacks.reason IS 'Why it was opened: key, missed, cut, refused or fallback.';
