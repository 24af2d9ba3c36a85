import GRDB

/// The ledger's tables, and how older ledgers become this one.
enum LedgerSchema {
  /// Marks the file as a ledger: "AVLG".
  static let applicationIdentifier = 0x4156_4c47
  /// What this program reads and writes; kept as SQLite's `user_version`.
  static let version = 1

  static let migrator: DatabaseMigrator = {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1 batches, jobs, attempts, segments, events, hashes") { database in
      try database.execute(sql: "PRAGMA application_id = \(applicationIdentifier)")
      try database.execute(sql: tables + indices + "PRAGMA user_version = 1;")
    }
    return migrator
  }()

  private static let states = JobState.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", ")

  private static let tables = """
    CREATE TABLE batches (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      manifest TEXT NOT NULL UNIQUE,
      digest TEXT NOT NULL,
      added_at REAL NOT NULL,
      enqueued_at REAL NOT NULL
    ) STRICT;

    CREATE TABLE jobs (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      batch INTEGER NOT NULL REFERENCES batches (id) ON DELETE CASCADE,
      name TEXT NOT NULL,
      position INTEGER NOT NULL,
      priority INTEGER NOT NULL,
      state TEXT NOT NULL CHECK (state IN (\(states))),
      changed_at REAL NOT NULL,
      specification TEXT NOT NULL,
      output TEXT NOT NULL,
      -- Of what is to be made, null until all inputs are there.
      key TEXT,
      -- Whether the manifest had it when it was last read.
      is_listed INTEGER NOT NULL DEFAULT 1,
      -- Needs that have not succeeded.
      unmet_needs INTEGER NOT NULL DEFAULT 0 CHECK (unmet_needs >= 0),
      -- When the next attempt may start, on the monotonic clock of a boot.
      due_boot TEXT,
      due_nanoseconds INTEGER,
      -- In a row: failures, attempts without a new segment, and such attempts whose runner vanished.
      failures INTEGER NOT NULL DEFAULT 0,
      barren INTEGER NOT NULL DEFAULT 0,
      abandoned INTEGER NOT NULL DEFAULT 0,
      -- Time of all attempts since it was last queued afresh.
      spent_seconds REAL NOT NULL DEFAULT 0,
      is_suspect INTEGER NOT NULL DEFAULT 0,
      is_cancel_requested INTEGER NOT NULL DEFAULT 0,
      -- Whether what lies at `output` is this job's, and may be replaced.
      owns_output INTEGER NOT NULL DEFAULT 0,
      failure_class TEXT,
      failure_message TEXT,
      -- The finished output that lies there: with what key, and how to know it again.
      made_key TEXT,
      made_sha256 TEXT,
      made_byte_count INTEGER,
      made_modified_nanoseconds INTEGER,
      UNIQUE (batch, name)
    ) STRICT;

    CREATE TABLE needs (
      job INTEGER NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
      need INTEGER NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
      PRIMARY KEY (job, need)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE attempts (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      job INTEGER NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
      number INTEGER NOT NULL,
      key TEXT,
      worker TEXT NOT NULL,
      boot TEXT NOT NULL,
      started_at REAL NOT NULL,
      started_nanoseconds INTEGER NOT NULL,
      lease_nanoseconds INTEGER NOT NULL,
      heartbeat_at REAL NOT NULL,
      heartbeat_nanoseconds INTEGER NOT NULL,
      stage TEXT,
      stage_nanoseconds INTEGER,
      steps_done INTEGER NOT NULL DEFAULT 0,
      steps_total INTEGER NOT NULL DEFAULT 0,
      segment_count INTEGER,
      new_segments INTEGER NOT NULL DEFAULT 0,
      ended_at REAL,
      seconds REAL,
      outcome TEXT,
      failure_class TEXT,
      message TEXT,
      kind TEXT NOT NULL,
      pixels_per_frame INTEGER,
      frame_count INTEGER,
      byte_count INTEGER,
      warnings TEXT
    ) STRICT;

    CREATE TABLE segments (
      job INTEGER NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
      number INTEGER NOT NULL,
      attempt INTEGER NOT NULL,
      sha256 TEXT NOT NULL,
      byte_count INTEGER NOT NULL,
      finished_at REAL NOT NULL,
      PRIMARY KEY (job, number)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE events (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      job INTEGER NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
      attempt INTEGER,
      at REAL NOT NULL,
      change TEXT NOT NULL,
      from_state TEXT,
      to_state TEXT NOT NULL,
      detail TEXT
    ) STRICT;

    CREATE TABLE file_hashes (
      path TEXT PRIMARY KEY,
      byte_count INTEGER NOT NULL,
      modified_nanoseconds INTEGER NOT NULL,
      changed_nanoseconds INTEGER NOT NULL,
      inode INTEGER NOT NULL,
      sha256 TEXT NOT NULL,
      hashed_at REAL NOT NULL
    ) STRICT, WITHOUT ROWID;

    """

  private static let indices = """
    CREATE INDEX jobs_queued ON jobs (priority DESC, batch, position)
      WHERE state = 'queued' AND is_suspect = 0;
    CREATE INDEX jobs_queued_in_batch ON jobs (batch, priority DESC, position)
      WHERE state = 'queued' AND is_suspect = 0;
    CREATE INDEX jobs_suspected ON jobs (priority DESC, batch, position)
      WHERE state = 'queued' AND is_suspect = 1;
    CREATE INDEX jobs_due ON jobs (due_nanoseconds) WHERE due_nanoseconds IS NOT NULL;
    CREATE INDEX jobs_by_state ON jobs (batch, state);
    CREATE INDEX jobs_by_output ON jobs (output);
    CREATE INDEX jobs_gone_wrong ON jobs (changed_at) WHERE state IN ('failed', 'quarantined');
    CREATE INDEX needs_by_need ON needs (need, job);
    CREATE INDEX attempts_by_job ON attempts (job, number);
    CREATE UNIQUE INDEX attempts_in_work ON attempts (job) WHERE ended_at IS NULL;
    CREATE INDEX events_by_job ON events (job, id);

    """
}
