// The documents of the JSON API, as docs/sandbox-api.rst describes them.

interface Media { id: number; content_type: string; file_name: string; size: number; url: string }

interface Message {
  id: number; conversation_id: string; account_id: number; message_type: string;
  direction: "outbound-api" | "inbound"; from_number: string; to_number: string; body: string;
  status: string; statuses: { status: string; time: string }[];
  error_code: number | null; error_message: string | null; num_segments: number; encoding: string;
  num_media: number; media: Media[]; price: number | null; connector_id: number | null;
  bulk_id?: string; keyword: "stop" | "start" | null; date_created: string;
}

interface Conversation {
  id: string; account_id: number; number: string; other: string; opted_out: boolean;
  messages: number; last: Message;
}

interface Draft {
  from_number: string; to_number: string; body: string;
  media: { file_name: string; content: string }[];
}

interface Content { text?: string; base64?: string; size: number; truncated: boolean }

interface RequestRow {
  id: number; time: string; method: string; path: string; query: string; status: number | null;
  ms: number | null; fault: string | null; refused: string | null; client: string | null;
}

interface Signature {
  cause: string; summary: string; advice: string; client: string | null;
  client_reason: string | null; canonical_request: string | null;
  client_canonical_request: string | null;
  difference: { line: number; name: string; expected: string; got: string } | null;
}

interface ApiRequest extends RequestRow {
  headers: [string, string][]; body: Content;
  response: { status: number; headers: [string, string][]; body: Content } | null;
  variant: string | null; curl: string | null; python: string | null; command: string | null;
  signature: Signature | null;
}

interface Attempt {
  id: number; webhook_id: number; account_id: number; message_id: number | null; time: string;
  ms: number | null; method: string; url: string; document: { status?: string };
  status: number | null;
  response: Content | null; problem: string | null; replay_of: number | null;
}

interface Rule {
  id: number; fault: string; method: string | null; path: string | null; times: number | null;
  percent: number; skip: number; takes_effect: boolean; played: number; [parameter: string]: unknown;
}

interface Fault {
  fault: string; takes_effect: boolean;
  parameters: { name: string; required: boolean; default: unknown; expected: string }[];
}

interface PhoneNumber {
  id: number; account_id: number; phone_number: string; phone_number_type: string; name: string;
  city: string | null; region: string | null; tags: Record<string, string>;
  incoming_text_url: string | null; incoming_text_fallback_url: string | null;
  status_text_url: string | null; connector_id: number | null;
}

interface Available {
  phone_number: string; name: string; phone_number_type: string; area_code: string;
  city: string | null; region: string | null; postal_code: string | null;
}

interface Account {
  account_id: number; company_name: string; balance: number; numbers: number; messages: number;
}

interface Credentials { account_id: number; api_key: string; api_secret: string; base_url: string }
