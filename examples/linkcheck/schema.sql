-- 0x776c6e6b: "wlnk".
PRAGMA application_id = 2003594859;
PRAGMA user_version = 1;

-- What the user asked to check.
CREATE TABLE targets (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    label TEXT NOT NULL
);

-- Every known URL, without fragment, numbered in order of discovery. `reason` says what is wrong with it; `final` is
-- where it redirects to, if that is checked by itself; `unanswered` that no server answered, so that it is worth
-- another try.
CREATE TABLE urls (
    id INTEGER PRIMARY KEY,
    url TEXT NOT NULL UNIQUE,
    inside INTEGER NOT NULL,
    done INTEGER NOT NULL DEFAULT FALSE,
    status INTEGER,
    reason TEXT,
    unanswered INTEGER NOT NULL DEFAULT FALSE,
    final INTEGER REFERENCES urls
);

-- The URLs that are HTML pages. `anchors` are the sorted hashes of the places in it.
CREATE TABLE pages (
    id INTEGER PRIMARY KEY REFERENCES urls,
    links INTEGER NOT NULL,
    anchors BLOB NOT NULL
);

-- The links whose goal is open or has a defect, or that need a certain place in it. Page 0 is the command line.
CREATE TABLE links (
    page INTEGER NOT NULL,
    target INTEGER NOT NULL REFERENCES urls,
    fragment TEXT NOT NULL,
    href TEXT NOT NULL,
    line INTEGER NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (page, target, fragment)
) WITHOUT ROWID;

-- The places that links ask for and pages do not have.
CREATE TABLE missing (
    page INTEGER NOT NULL REFERENCES pages,
    fragment TEXT NOT NULL,
    PRIMARY KEY (page, fragment)
) WITHOUT ROWID;
