import { createDataSource } from './connections/create-data-source.js';

/** For TypeORM's own command line: `typeorm migration:show -d dist/libs/persistence/src/data-source.js`. */
export default createDataSource(process.env['DATABASE_URL'] ?? 'postgres://postgres@127.0.0.1:5432/orquestrax');
