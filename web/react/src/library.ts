/** What the hooks need of React; `library_of_preact.ts` is the same of Preact, and takes its place in the package. */

export { createContext, createElement, useContext, useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
export type { Context, ReactElement as Element, ReactNode as Children } from "react";
