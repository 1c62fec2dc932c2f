CREATE TABLE approval(
        run INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
        task TEXT NOT NULL,
        list TEXT NOT NULL,
        who TEXT NOT NULL,
        at INTEGER NOT NULL,
        reason TEXT NOT NULL,
        PRIMARY KEY (run, task)
    ) STRICT, WITHOUT ROWID;
CREATE TABLE event(
        run INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
        number INTEGER NOT NULL,
        body TEXT NOT NULL,
        PRIMARY KEY (run, number)
    ) STRICT, WITHOUT ROWID;
CREATE TABLE lock(
        resource TEXT PRIMARY KEY,
        run INTEGER NOT NULL,
        pid INTEGER NOT NULL,
        incarnation TEXT NOT NULL,
        since INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE plan(digest TEXT PRIMARY KEY, body TEXT NOT NULL, kept INTEGER NOT NULL) STRICT;
CREATE TABLE run(
        id INTEGER PRIMARY KEY,
        job TEXT NOT NULL,
        plan TEXT NOT NULL REFERENCES plan(digest),
        selection TEXT NOT NULL,
        context TEXT NOT NULL,  -- where the caller found settings and data, as JSON
        state TEXT NOT NULL,
        attempt INTEGER NOT NULL,
        started INTEGER NOT NULL,
        ended INTEGER,
        milliseconds INTEGER,
        cancel INTEGER NOT NULL DEFAULT 0
    ) STRICT;
CREATE TABLE task_run(
        run INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
        position INTEGER NOT NULL,
        task TEXT NOT NULL,
        element TEXT NOT NULL,
        level INTEGER NOT NULL,
        state TEXT NOT NULL,
        attempt INTEGER NOT NULL DEFAULT 0,
        reason TEXT,
        message TEXT,
        counters TEXT NOT NULL DEFAULT '{}',
        started INTEGER,
        ended INTEGER,
        milliseconds INTEGER,
        PRIMARY KEY (run, position)
    ) STRICT, WITHOUT ROWID;
