-- When the helpdesk said that a ticket is no more which something unsaid or unsent keeps here (ms); NULL: it is there.
ALTER TABLE ticket ADD COLUMN gone INTEGER;
