/** The npm package kuromoji as it is, without the mends of model/reference/tokenizer.ts, as a contender in a process of its own. */
import kuromoji, { type Tokenizer } from 'kuromoji';
import { dictionaryFolder } from '../../model/reference/tokenizer-identity.ts';
import { contend } from '../clock.ts';
import { benchTexts } from '../texts.ts';

const texts = await benchTexts();
const tokenizer = await new Promise<Tokenizer>((resolve, reject) => {
  kuromoji.builder({ dicPath: dictionaryFolder() }).build((error, built) => (error ? reject(error) : resolve(built)));
});
contend(
  {
    ends: texts.map((text) => {
      let end = 0; // its own positions shift
      return tokenizer.tokenize(text).map(({ surface_form: { length } }) => {
        end += length;
        return end;
      });
    }),
    hashes: {},
  },
  { tokenize: (i) => tokenizer.tokenize(texts[i] as string) },
);
