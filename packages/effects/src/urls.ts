/** What others publish on the web, as the code sees it. */
export interface Urls {
  /** The content of an http or https URL; rejects where there is none in time, or too much. */
  read(url: string): Promise<string>
}

const readMsMax = 10_000
const contentBytesMax = 1_048_576

export function systemUrls(): Urls {
  return { read }
}

async function read(url: string): Promise<string> {
  const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(readMsMax) })
  if (!response.ok) throw new Error(`it is answered with ${response.status}`)
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length
    if (bytes > contentBytesMax) throw new Error(`its content is larger than ${contentBytesMax} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}
