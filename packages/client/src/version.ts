/** As the service has it: the tidy test holds both equal to the manifests'. */
export const version = '0.1.0'
