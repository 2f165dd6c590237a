-- breaking: no
-- Mail that waits to be sent, and who runs this server. `give_up_at`: no use to send it later, as its link
-- holds no longer. `address`: the one form of the recipient's, by which mails are counted. `dropped`: how
-- many that were asked for behind this one were not put, as one address or user gets so many an hour.

ALTER TABLE mail_outbox
    ADD COLUMN address text COLLATE "C" CHECK (length(address) BETWEEN 3 AND 512),
    ADD COLUMN give_up_at timestamptz NOT NULL DEFAULT now() + interval '1 day',
    ADD COLUMN given_up_at timestamptz,
    ADD COLUMN dropped integer NOT NULL DEFAULT 0 CHECK (dropped >= 0);
DROP INDEX mail_outbox_waiting_idx;
CREATE INDEX mail_outbox_waits_idx ON mail_outbox (next_try_at)
    WHERE sent_at IS NULL AND given_up_at IS NULL;
CREATE INDEX mail_outbox_address_idx ON mail_outbox (address, created_at);
CREATE INDEX mail_outbox_created_idx ON mail_outbox (created_at);
CREATE INDEX mail_outbox_dropped_idx ON mail_outbox (created_at) WHERE dropped > 0;
DROP INDEX mail_outbox_user_idx;
CREATE INDEX mail_outbox_user_idx ON mail_outbox (user_id, created_at);

ALTER TABLE prime_users ADD COLUMN is_operator boolean NOT NULL DEFAULT false;
