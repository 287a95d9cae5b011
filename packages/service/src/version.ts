/** The version of every package here; the tidy test holds it equal to the manifests'. */
export const version = '0.1.0'
