/** Style sheets are imported for their effect; the build links them. */
declare module '*.css';
