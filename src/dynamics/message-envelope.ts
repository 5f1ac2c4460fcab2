/** What decoding needs to know of the brokered message beside its body. */
export interface MessageEnvelope {
  readonly contentType?: string | undefined;
  readonly applicationProperties?: Readonly<Record<string, unknown>> | undefined;
}
