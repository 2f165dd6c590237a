/** What the hooks need of Preact. */

export { createContext, createElement, useContext, useEffect, useMemo, useRef, useState, useSyncExternalStore } from "preact/compat";
export type { ComponentChildren as Children, Context, VNode as Element } from "preact";
