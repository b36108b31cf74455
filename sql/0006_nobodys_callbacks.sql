-- Nobody rings back who dialled a number that nobody owns: ari_app/journal/callback_rules.py.

UPDATE callbacks SET state = 'closed', closed_reason = 'number_unassigned',
                     closed_at = last_missed_at
WHERE client_id = 'house' AND state NOT IN ('done', 'closed');

COMMENT ON COLUMN callbacks.closed_reason IS 'answered_inbound; number_withheld or number_unassigned, closed from the beginning; or what a person gave.';
