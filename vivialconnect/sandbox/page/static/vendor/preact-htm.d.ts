// What the vendored file exports, with the types of the packages that it is made of.
export { h, render, Component, createContext } from "preact";
export type { ComponentChildren, VNode } from "preact";
export { html } from "htm/preact";
export {
  useCallback, useContext, useDebugValue, useEffect, useErrorBoundary, useImperativeHandle,
  useLayoutEffect, useMemo, useReducer, useRef, useState,
} from "preact/hooks";
