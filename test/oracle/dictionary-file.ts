/** Reads a compiled dictionary by the definition of its format (model/compile/dictionary.ts), one word at a time. */
import { PARTS_OF_SPEECH, type PartOfSpeech } from '../../model/reference/parts-of-speech.ts';
import { lookUp } from './double-array.ts';
import { decodeTableFile, dictionaryKind } from './table-file.ts';

export interface CompiledWord {
  readonly cost: number;
  readonly context: number;
}

export interface CompiledDictionary {
  readonly identity: string;
  readonly numbers: Uint32Array;
  readonly code: Uint16Array;
  readonly category: Uint8Array;
  readonly unknown: Uint32Array;
  readonly words: Uint32Array;
  readonly connectionCost: Uint16Array;
  readonly pruningMargin: Int8Array;
  readonly trie: BigUint64Array;
  readonly featuresOf: Uint16Array;
  readonly features: Uint32Array;
  readonly baseForms: string;
  readonly segmentStarts: Uint32Array;
  readonly segments: Uint32Array;
}

export function readDictionary(bytes: Uint8Array): CompiledDictionary {
  const { identity, sections } = decodeTableFile(bytes, dictionaryKind);
  if (sections.length !== 13) throw new Error(`expected 13 sections, received ${sections.length}`);
  const numbersOf = (i: number) => Uint8Array.from(sections[i] as Uint8Array).buffer;
  return {
    identity,
    numbers: new Uint32Array(numbersOf(0)),
    code: new Uint16Array(numbersOf(1)),
    category: new Uint8Array(numbersOf(2)),
    unknown: new Uint32Array(numbersOf(3)),
    words: new Uint32Array(numbersOf(4)),
    connectionCost: new Uint16Array(numbersOf(5)),
    pruningMargin: new Int8Array(numbersOf(6)),
    trie: new BigUint64Array(numbersOf(7)),
    featuresOf: new Uint16Array(numbersOf(8)),
    features: new Uint32Array(numbersOf(9)),
    baseForms: Buffer.from(numbersOf(10)).toString('utf16le'),
    segmentStarts: new Uint32Array(numbersOf(11)),
    segments: new Uint32Array(numbersOf(12)),
  };
}

export interface CompiledFeatures {
  readonly partOfSpeech: PartOfSpeech;
  readonly base: string | undefined;
}

/** The features of each word of a group. */
export function featuresFrom(dictionary: CompiledDictionary, first: number): CompiledFeatures[] {
  return wordsFrom(dictionary, first).map((_, i) => {
    const bits = dictionary.features[dictionary.featuresOf[first + i] as number] as number;
    const [offset, length] = [bits >>> 12, (bits >>> 4) & 255];
    const base = length === 0 ? undefined : dictionary.baseForms.slice(offset, offset + length);
    return { partOfSpeech: PARTS_OF_SPEECH[bits & 15] as PartOfSpeech, base };
  });
}

export function featuresOfSurface(dictionary: CompiledDictionary, surface: string): CompiledFeatures[] {
  const first = firstOfSurface(dictionary, surface);
  return first === 0 ? [] : featuresFrom(dictionary, first);
}

export function wordsOfSurface(dictionary: CompiledDictionary, surface: string): CompiledWord[] {
  const first = firstOfSurface(dictionary, surface);
  return first === 0 ? [] : wordsFrom(dictionary, first);
}

function firstOfSurface(dictionary: CompiledDictionary, surface: string): number {
  const codes = Array.from(surface, (character) => dictionary.code[character.charCodeAt(0)] as number);
  return lookUp(dictionary.trie, codes);
}

export function wordsFrom({ words }: CompiledDictionary, first: number): CompiledWord[] {
  const following = ((words[first] as number) >>> 11) & 31;
  return Array.from(words.subarray(first, first + 1 + following), (word, i) => {
    if (((word >>> 11) & 31) !== following - i)
      throw new Error(`word ${first + i} has a wrong number of following words`);
    return { cost: (word | 0) >> 16, context: word & 2047 };
  });
}
