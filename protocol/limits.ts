/** Every limit of the wire contract, in one place. Lengths of text are Unicode code points; sizes are bytes of UTF-8. */
export const limits = {
  messageCodePoints: 1000,
  messagesPerConversation: 300,
  conversationBytes: 100 * 1024,
  /** Automatic messages stop at this share of a conversation, so that people always have room left. */
  automaticShareOfConversation: 0.5,
  callerMessagesPerMinute: 20,
  socketsPerCaller: 5,
  nameCodePoints: 100,
  phoneCodePoints: 32,
  detailsEntries: 20,
  detailsKeyCodePoints: 40,
  detailsValueCodePoints: 1000,
  detailsBytes: 4096,
  languageCharacters: 35,
  searchCodePoints: 200,
  previewCodePoints: 80,
  checkInsPerMinutePerAddress: 30,
  callerIdsPerBroadcast: 100,
  /** Of one member. A clinic's members together have twice as many, so that none of them can use up what the others need. */
  broadcastsPerMinutePerMember: 60,
  /** Far above what a person does; a page that has run wild is slowed before it costs anybody anything. */
  framesPerMinutePerSocket: 6000,
  /** API Gateway closes a socket whose frame is larger (DG/apigateway-execution-service-websocket-limits-table). */
  frameBytes: 32 * 1024,
  httpBodyBytes: 128 * 1024,
  ticketLifeSeconds: 30,
  invitationLifeSeconds: 7 * 24 * 3600,
  /** A socket that died in silence is found after 12 min at the most: who is back before is not offline. Up to a week. */
  leastEndOfflineAfterMinutes: 15,
  mostEndOfflineAfterMinutes: 7 * 24 * 60,
  pageOfCallers: 100,
  mostCallersAPage: 1000,
  auditEntriesAPage: 100,
  /** The profile item stays under one read unit (4 KB), which every caller's message pays. */
  clinicProfileBytes: 4000,
} as const;
