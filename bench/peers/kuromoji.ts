/**
 * The npm package kuromoji without the fixes of model/reference/tokenizer.ts, as a contender in a separate process.
 */
import kuromoji, { type Tokenizer } from 'kuromoji';
import { dictionaryFolder } from '../../model/reference/tokenizer-identity.ts';
import { serveOrders } from '../clock.ts';
import { benchTexts } from '../texts.ts';

const texts = await benchTexts();
const tokenizer = await new Promise<Tokenizer>((resolve, reject) => {
  kuromoji.builder({ dicPath: dictionaryFolder() }).build((error, built) => (error ? reject(error) : resolve(built)));
});
serveOrders(
  {
    ends: texts.map((text) => {
      let end = 0; // summed up here, since kuromoji's own word_position shifts
      return tokenizer.tokenize(text).map(({ surface_form: { length } }) => {
        end += length;
        return end;
      });
    }),
    hashes: {},
  },
  { tokenize: (i) => tokenizer.tokenize(texts[i] as string) },
);
