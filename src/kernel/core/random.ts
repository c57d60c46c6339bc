/** Randomness of an emulated kernel. */
export interface Random {
  /** 32 random bits, unsigned. */
  u32(): number;
}

/** The same numbers for the same seed, on every host: the library's default. (splitmix32) */
export function createSeededRandom(seed = 1): Random {
  let state = seed >>> 0;
  return {
    u32() {
      state = (state + 0x9e37_79b9) >>> 0;
      let z = state;
      z = Math.imul(z ^ (z >>> 16), 0x21f0_aaad);
      z = Math.imul(z ^ (z >>> 15), 0x735a_2d97);
      return (z ^ (z >>> 15)) >>> 0;
    },
  };
}
