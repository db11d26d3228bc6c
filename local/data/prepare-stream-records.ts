import { DatabaseSync } from 'node:sqlite';
import { numberOf, stringOf } from '../json.ts';

/** Records live 24 hours: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html#Streams.DataRetention */
const retentionSeconds = 24 * 60 * 60;

/**
 * Gives dynoxide 1.2.1 the index that its writes need: with a stream on, every write looks for the newest of all stream records, which without it is a scan.
 * Removes records past their time, but for the newest of each table, from which the engine counts on.
 * Only while the engine does not run; a database of another form is left as it is.
 */
export const prepareStreamRecords = (file: string): void => {
  const database = new DatabaseSync(file);
  try {
    const columns = new Set(
      database
        .prepare('PRAGMA table_info(_stream_records)')
        .all()
        .map((column) => stringOf(column.name)),
    );
    if (!['id', 'table_name', 'sequence_number', 'created_at'].every((name) => columns.has(name))) return;
    database.exec('CREATE INDEX IF NOT EXISTS _sr_seq ON _stream_records(table_name, CAST(sequence_number AS INTEGER))');
    const newest = numberOf(database.prepare('SELECT MAX(created_at) AS at FROM _stream_records').get()?.at);
    const nowSeconds = Math.floor(Date.now() / 1000);
    // Guards against a version that counts in milliseconds.
    if (newest === undefined || newest > nowSeconds + retentionSeconds) return;
    database
      .prepare('DELETE FROM _stream_records WHERE created_at < ? AND id NOT IN (SELECT MAX(id) FROM _stream_records GROUP BY table_name)')
      .run(nowSeconds - retentionSeconds);
  } finally {
    database.close();
  }
};
