/**
 * Walks the pages of a Parquet column and checks what the library would believe: sizes, counts of values, runs. What
 * is compressed is checked when the library asks for it to be decompressed. Throws plain errors.
 * Format: https://parquet.apache.org/docs/file-format/
 */
import { crc32 } from 'node:zlib';
import type { ColumnMetaData, CompressionCodec, SchemaElement } from 'hyparquet';
import { parquetHeader } from 'hyparquet/src/column.js';
import { checkPageSize, decompressPage } from './parquet-codecs.ts';
import { checkDeltas, checkDeltaStrings, checkRuns } from './parquet-runs.ts';
import { endOfStruct } from './parquet-thrift.ts';

/** What is known of a page before its content is decompressed. */
interface Page {
  readonly values: number;
  /** Values that are null, if the header says so (version 2). */
  readonly nulls?: number;
  readonly encoding: string;
  readonly dictionary: boolean;
  /** Whether definition levels stand before the values (version 1). */
  readonly levels: boolean;
}

type Header = ReturnType<typeof parquetHeader>;

/** Checks one column of one row group; `decompress` is to be given to the library for it. */
export class ColumnGuard {
  readonly #element: SchemaElement;
  readonly #codec: CompressionCodec;
  readonly #rows: number;
  /** Compressed pages that the library has not asked for yet, in their order. */
  readonly #pending: Page[] = [];
  #hasDictionary = false;
  #found = 0;

  constructor(chunk: Uint8Array, meta: ColumnMetaData, element: SchemaElement, rows: number) {
    this.#element = element;
    this.#codec = meta.codec;
    this.#rows = rows;
    let at = 0;
    while (this.#found < rows) {
      if (at >= chunk.length - 1) throw new Error(`a column ends after ${this.#found} of ${rows} rows`);
      at = this.#page(chunk, at);
    }
  }

  /** Decompresses the next page of the column and checks its content. */
  readonly decompress = (input: Uint8Array, length: number): Uint8Array => {
    const page = this.#pending.shift();
    if (page === undefined) throw new Error('a page is not where it was found before');
    const bytes = decompressPage(this.#codec, input, length);
    this.#content(page, bytes);
    return bytes;
  };

  #page(chunk: Uint8Array, from: number): number {
    endOfStruct(chunk, from);
    const reader = { view: new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength), offset: from };
    const header = parquetHeader(reader);
    const { compressed_page_size: stored, uncompressed_page_size: size } = header;
    const end = reader.offset + stored;
    if (!(stored >= 0) || end > chunk.length) throw new Error(`a page of ${stored} bytes goes on beyond its column`);
    const body = chunk.subarray(reader.offset, end);
    if (header.crc !== undefined && crc32(body) !== header.crc >>> 0) throw new Error('the checksum of a page is wrong');
    if (header.type === 'DICTIONARY_PAGE') this.#dictionary(header, body, size);
    else if (header.type === 'DATA_PAGE') this.#version1(header, body, size);
    else if (header.type === 'DATA_PAGE_V2') this.#version2(header, body, size);
    else throw new Error(`a page has the unsupported type ${String(header.type)}`);
    return end;
  }

  #dictionary({ dictionary_page_header: header }: Header, body: Uint8Array, size: number): void {
    // Every entry takes a bit at least.
    if (!header || !(header.num_values >= 0) || header.num_values > 8 * size)
      throw new Error('a dictionary has an impossible size');
    if (header.encoding !== 'PLAIN' && header.encoding !== 'PLAIN_DICTIONARY') throw new Error('a dictionary is not plain');
    this.#hasDictionary = true;
    this.#now({ values: header.num_values, encoding: 'PLAIN', dictionary: true, levels: false }, body, size);
  }

  #version1({ data_page_header: header }: Header, body: Uint8Array, size: number): void {
    if (!header) throw new Error('a page has no data header');
    const levels = this.#element.repetition_type === 'OPTIONAL';
    this.#count(header.num_values);
    this.#now({ values: header.num_values, encoding: header.encoding, dictionary: false, levels }, body, size);
  }

  #version2({ data_page_header_v2: header }: Header, body: Uint8Array, size: number): void {
    if (!header) throw new Error('a page has no data header');
    const { num_values: values, num_nulls: nulls, num_rows: rows, encoding } = header;
    const { repetition_levels_byte_length: repetition, definition_levels_byte_length: definition } = header;
    if (repetition !== 0) throw new Error('a flat column has repetition levels');
    if (!(definition >= 0) || definition > body.length) throw new Error('definition levels go on beyond their page');
    if (rows !== values || !(nulls >= 0) || nulls > values) throw new Error('the counts of a page contradict each other');
    this.#count(values);
    const optional = this.#element.repetition_type === 'OPTIONAL';
    if (!optional && (definition > 0 || nulls > 0)) throw new Error('a required column has nulls');
    if (optional) {
      const present = checkRuns(body.subarray(0, definition), 0, 1, values);
      if (present !== values - nulls) throw new Error('the counts of a page contradict each other');
    }
    const page = { values, nulls, encoding, dictionary: false, levels: false };
    const content = body.subarray(definition);
    if (header.is_compressed === false) {
      this.#content(page, content);
    } else this.#now(page, content, size - definition);
  }

  #count(values: number): void {
    if (!(values >= 0) || this.#found + values > this.#rows)
      throw new Error(`a page of ${values} values is too many for its column`);
    this.#found += values;
  }

  /** The library hands out what is compressed only; the rest is looked at now. */
  #now(page: Page, body: Uint8Array, size: number): void {
    checkPageSize(this.#codec, body.length, size);
    if (this.#codec === 'UNCOMPRESSED') this.#content(page, body);
    else this.#pending.push(page);
  }

  #content({ values, nulls = 0, encoding, dictionary, levels }: Page, bytes: Uint8Array): void {
    let at = 0;
    let present = values - nulls;
    if (levels) {
      const length = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0, true);
      at = 4 + length;
      if (at > bytes.length) throw new Error('definition levels go on beyond their page');
      present = checkRuns(bytes.subarray(4, at), 0, 1, values);
    }
    const content = bytes.subarray(at);
    const width = this.#element.type_length ?? 0;
    if (this.#element.type === 'FIXED_LEN_BYTE_ARRAY' && !(width > 0 && (dictionary || width <= bytes.length || present === 0))) {
      throw new Error('values have an impossible length');
    }
    // Only booleans are run-length encoded themselves, and only they have no use for a dictionary.
    const bits = this.#element.type === 'BOOLEAN';
    if (encoding.endsWith('_DICTIONARY') && !bits) this.#indices(content, present);
    else if (encoding === 'RLE' && bits) checkRuns(content.subarray(4), 0, 1, present);
    else if (encoding === 'BYTE_STREAM_SPLIT') {
      if (present * Math.max(width, 4) > content.length) throw new Error('values go on beyond their page');
    } else if (encoding === 'DELTA_BINARY_PACKED' || encoding === 'DELTA_LENGTH_BYTE_ARRAY') checkDeltas(content, present);
    else if (encoding === 'DELTA_BYTE_ARRAY') checkDeltaStrings(content, present);
    else if (encoding !== 'PLAIN') throw new Error(`the encoding ${encoding} is not supported`);
  }

  #indices(content: Uint8Array, present: number): void {
    if (!this.#hasDictionary) throw new Error('a page refers to a dictionary that is not there');
    if (present === 0) return;
    const width = content[0];
    if (!(width <= 32)) throw new Error(`dictionary indices have ${width} bits`);
    if (width > 0) checkRuns(content, 1, width, present);
  }
}
