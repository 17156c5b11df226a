/** Types for the parts of kuromoji 0.1.2 that `tokenizer.ts` and the tests use. The package has no types. */
declare module 'kuromoji' {
  interface ByteBuffer {
    getShort(index: number): number;
  }
  interface TokenInfoDictionary {
    /** Trie value (or class id) → byte offsets of the words' records in `dictionary`. */
    readonly target_map: Readonly<Record<number, readonly number[]>>;
    readonly dictionary: ByteBuffer;
    getFeatures(wordId: number): string;
  }
  interface CharacterClass {
    readonly class_id: number;
    readonly class_name: string;
    readonly is_always_invoke: number;
    readonly is_grouping: number;
  }
  interface UnknownDictionary extends TokenInfoDictionary {
    lookup(character: string): CharacterClass;
  }
  interface DoubleArray {
    readonly bc: { getBase(index: number): number };
    /** The child of a node by one byte, or a negative number. */
    traverse(parent: number, code: number): number;
    /** The value of a key, or a negative number. */
    lookup(key: string): number;
  }
  interface ViterbiSearcher {
    readonly connection_costs: {
      readonly forward_dimension: number;
      readonly backward_dimension: number;
      get(rightId: number, leftId: number): number;
    };
    search(
      lattice: import('kuromoji/src/viterbi/ViterbiLattice.js').default,
    ): import('kuromoji/src/viterbi/ViterbiNode.js').default[];
  }
  export interface Tokenizer {
    readonly token_info_dictionary: TokenInfoDictionary;
    readonly unknown_dictionary: UnknownDictionary;
    readonly viterbi_builder: { readonly trie: DoubleArray };
    readonly viterbi_searcher: ViterbiSearcher;
    /** kuromoji's own tokenizer, for the benchmark and the goldens. */
    tokenize(text: string): { readonly surface_form: string }[];
  }
  const kuromoji: {
    builder(options: { dicPath: string }): { build(done: (error: unknown, tokenizer: Tokenizer) => void): void };
  };
  export default kuromoji;
}

declare module 'kuromoji/src/viterbi/ViterbiNode.js' {
  export default class ViterbiNode {
    constructor(
      name: number,
      cost: number,
      startPosition: number,
      length: number,
      type: 'KNOWN' | 'UNKNOWN' | 'USER',
      leftId: number,
      rightId: number,
      surfaceForm: string,
    );
    readonly name: number;
    readonly cost: number;
    readonly left_id: number;
    readonly right_id: number;
    readonly start_pos: number;
    readonly length: number;
    readonly type: string;
  }
}

declare module 'kuromoji/src/viterbi/ViterbiLattice.js' {
  import type ViterbiNode from 'kuromoji/src/viterbi/ViterbiNode.js';
  export default class ViterbiLattice {
    readonly nodes_end_at: (ViterbiNode[] | undefined)[];
    append(node: ViterbiNode): void;
    appendEos(): void;
  }
}
