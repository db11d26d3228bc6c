import { CheckIcon } from './icons.tsx';

/** The mark of what is chosen; where nothing is chosen it keeps its room. */
export const Tick = () => (
  <span className="tick">
    <CheckIcon />
  </span>
);
