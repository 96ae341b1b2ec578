-- Tools of the same graph whose names look like the one that a card asks about, by the asked name.
ALTER TABLE countersign.approvals ADD COLUMN look_alikes json;
