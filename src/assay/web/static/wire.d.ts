// Written by tools/wire_types.py (`make wire`) from the structs of the REST API; do not edit.

export interface Abstained {
  verdict: "abstained";
  reason: string;
}

export interface Action {
  at: "step";
  candidate: number;
  step: number;
}

export interface Answer {
  verdict: Prefers | Ranks | Tie | BothUnacceptable | InsufficientContext | Abstained | NotAsked;
  scores?: DimensionScore[];
  reasons?: Reason[];
  errors?: LocalizedError[] | null;
  step_labels?: StepLabel[];
  skipped_steps?: SkippedStep[];
  rulings?: SectionRuling[];
  attack?: Attack | null;
  written?: string | null;
  stands_as_is?: boolean | null;
  visible?: string[];
  active_ms?: number | null;
}

export interface AnswerShape {
  steps?: number[];
  original?: string | null;
}

export interface Answered {
  assignment: string;
  judgment: string;
  record_digest: string;
  rubric: string;
  revision: number;
  late: boolean;
  stored_at: string;
  replayed: boolean;
  claimed: Claimed | null;
}

export interface AskedDimension {
  id: string;
  question: string;
  kind: "binary" | "categorical" | "ordinal";
  values: string[];
  better?: "higher" | "lower";
  anchors?: Record<string, string>;
  interpolation?: string | null;
  examples?: Record<string, string>;
  exclusions?: string[];
  abstention?: string | null;
  escalation?: string | null;
  action?: string | null;
  evidence?: string[];
}

export interface AskedRule {
  dimension: string;
  rule: "compare" | "veto";
  below?: number | null;
  above?: number | null;
  by?: number | null;
}

export interface AskedSection {
  id: string;
  title: string;
  text: string;
  benign_counterpart?: string | null;
}

export interface AssignmentView {
  assignment: string;
  lease_seconds: number;
  state: string;
  role: string;
  form: Form;
  shown: ShownRecord;
  revision: number;
  answer: Answer | null;
  draft: Draft | null;
  care: ContentWarning | null;
}

export interface AttachmentView {
  at: number;
  media_type: string;
  bytes: number;
  url: string | null;
}

export interface Attack {
  strategy?: string | null;
  outcome?: "broken" | "held" | "partial" | null;
  severity?: "critical" | "high" | "low" | "medium" | null;
  attempts?: number | null;
  successes?: number | null;
}

export interface BothUnacceptable {
  verdict: "both_unacceptable";
}

export interface CandidateView {
  letter: string;
  text: Text | null;
  messages: MessageView[] | null;
  work: StepView[];
  state_after: string | null;
}

export interface Category {
  score: "category";
  value: string;
}

export interface ClaimRequest {
  queue?: string | null;
  count?: number;
  held?: string[];
}

export interface Claimed {
  assignments: AssignmentView[];
  none: Nothing | null;
}

export interface ContentWarning {
  severity: string | null;
  harms: string[];
  blur: boolean;
  skip_without_penalty: boolean;
  support: string | null;
}

export interface DimensionScore {
  dimension: string;
  score: Scored | Category | ScoreAbstained | NotApplicable;
  candidate?: number | null;
}

export interface DisputeView {
  what: "attack" | "edit" | "errors" | "score" | "section" | "step" | "verdict";
  candidate: number | null;
  item: string | null;
  words: string;
}

export interface Draft {
  revision: number;
  answer: unknown;
}

export interface ErrorCategory {
  id: string;
  description: string;
}

export interface EvidenceView {
  number: number;
  kind: string;
  text: Text | null;
  quote: string | null;
  locator: string | null;
  candidate: string | null;
}

export interface Exposed {
  category: string;
  minutes_today: number;
  cap_minutes: number | null;
}

export interface FieldFault {
  field: string;
  message: string;
  hint: string;
  pointer: string;
}

export interface Form {
  kind: string;
  verdicts: string[];
  strengths?: number;
  dimensions?: AskedDimension[];
  required_dimensions?: string[];
  reasons_required?: boolean;
  steps?: boolean;
  sections?: AskedSection[];
  errors?: boolean;
  categories?: ErrorCategory[];
  severities?: string[];
  attack?: boolean;
  writing?: "demonstration" | "revision" | null;
  priority?: AskedRule[];
  rubric?: string;
}

export interface Gap {
  code:
    | "all-skipped"
    | "attack-outcome"
    | "attack-severity"
    | "edit-both"
    | "edit-open"
    | "edit-same"
    | "error-category"
    | "errors-open"
    | "no-cause"
    | "no-reason"
    | "nothing-judged"
    | "nothing-written"
    | "ruling-reason"
    | "score-cause"
    | "score-open"
    | "section-open"
    | "step-open"
    | "verdict-open";
  pointer: string;
  message: string;
  hint: string;
  candidate?: number | null;
  item?: string | null;
}

export interface Heading {
  level: number;
  text: string;
  id: string;
}

export interface InsufficientContext {
  verdict: "insufficient_context";
}

export interface Keymap {
  keymap: Shortcuts | null;
}

export interface LocalizedError {
  place: TextSpan | Action | Unanchored | Whole;
  category: string;
  severity?: "critical" | "high" | "low" | "medium" | null;
  source_severity?: string | null;
  correction?: string | null;
  verification?: string | null;
  note?: string | null;
}

export interface MessageView {
  role: string;
  text: Text;
  calls: ShownCall[];
  attachments: AttachmentView[];
}

export interface MyDesk {
  name: string;
  roles: string[];
  today: Today;
  exposure: Exposed[];
  keymap: Shortcuts | null;
}

export interface NewDecision {
  decision: "decided" | "preserved" | "returned";
  cause: "expertise" | "guideline_ambiguity" | "legitimate_plural_preference" | "missing_context" | "reviewer_error";
  answer?: Answer | null;
  note?: string | null;
}

export interface NewDraft {
  revision: number;
  answer: Record<string, unknown>;
}

export interface NewGap {
  text: string;
  dimension?: string | null;
}

export interface NewerDraft {
  revision: number;
  answer: unknown;
  type: string;
  title: string;
  status: number;
  detail: string;
}

export interface NotApplicable {
  score: "not_applicable";
}

export interface NotAsked {
  verdict: "not_asked";
}

export interface Nothing {
  code: string;
  message: string;
  until: string | null;
}

export interface Opened {
  lease_seconds: number;
  state: string;
}

export interface OpenedGap {
  gap: string;
}

export interface Prefers {
  verdict: "prefers";
  candidate: number;
  strength?: number | null;
}

export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  hint?: string;
  errors?: FieldFault[];
}

export interface Ranks {
  verdict: "ranks";
  order: number[][];
}

export interface Reason {
  text: string;
  dimension?: string | null;
  code?: string | null;
  candidate?: number | null;
  evidence?: number | null;
  span?: TextSpan | null;
}

export interface ReturnRequest {
  reason: "pause" | "skip" | "welfare";
  note?: string;
}

export interface SavedDraft {
  revision: number;
}

export interface ScoreAbstained {
  score: "abstained";
  reason: string;
}

export interface Scored {
  score: "scored";
  value: number;
  denominator?: number | null;
}

export interface SectionRuling {
  section: string;
  ruling: "complies" | "unclear" | "violates";
  candidate?: number | null;
  severity?: "critical" | "high" | "low" | "medium" | null;
  reason?: string | null;
}

export interface SeniorView {
  assignment: AssignmentView;
  voices: VoiceView[];
  disputes: DisputeView[] | null;
  decided: boolean;
}

export interface Shortcuts {
  on?: boolean;
  keys?: Record<string, string>;
  families?: Record<string, "" | "Alt+" | "Shift+">;
}

export interface ShownCall {
  name: string;
  arguments: string;
}

export interface ShownRecord {
  kind: string;
  messages: MessageView[];
  candidates: CandidateView[];
  tools: ShownTool[];
  initial_state: string | null;
  evidence: EvidenceView[];
}

export interface ShownTool {
  name: string;
  description?: string;
  parameters?: string;
  permission?: string | null;
}

export interface SkippedStep {
  candidate: number;
  step: number;
  reason?: string | null;
}

export interface StepLabel {
  candidate: number;
  step: number;
  label: "bad" | "good" | "neutral";
  note?: string | null;
}

export interface StepView {
  step: number;
  text: Text | null;
  call: ShownCall | null;
  output: Text | null;
  state: string | null;
}

export interface Text {
  pointer: string;
  raw: string;
  html: string;
  raw_html: string;
  dir: string;
  outline: Heading[];
}

export interface TextSpan {
  at: "span";
  pointer: string;
  start: number;
  end: number;
  quote: string;
}

export interface Tie {
  verdict: "tie";
}

export interface Today {
  judged: number;
  active_ms: number;
}

export interface Unanchored {
  at: "unanchored";
  stated: string;
  reason: string;
}

export interface Uncovered {
  seconds: number;
}

export interface VoiceView {
  name: string;
  role: string;
  answer: Answer;
}

export interface Whole {
  at: "whole";
  candidate: number;
}
