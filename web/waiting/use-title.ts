import { useEffect } from 'react';

/** The text of the browser's tab. */
export const useTitle = (title: string): void => {
  useEffect(() => {
    document.title = title;
  }, [title]);
};
