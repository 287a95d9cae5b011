/** What the library has of the service. In the package it is a file beside the library's own: see scripts/bundle.mjs. */
export const companionModule = () => import('sluice')
