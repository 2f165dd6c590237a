// Made by `python -m schema.generate` from schema/: change it there.

export type ClientMessage = ClientHello | ClientCall | ClientJoin | ClientLeave | ClientPresence | ClientGesture | ClientDelta | ClientUndo | ClientRedo | ClientPing;

export type ServerMessage = ServerWelcome | ServerReply | ServerError | ServerJoined | ServerState | ServerMemberJoined | ServerMemberLeft | ServerRoleChanged | ServerPermitted | ServerLeft | ServerTick | ServerAck | ServerDelta | ServerDegraded | ServerProjectChanged | ServerMedia | ServerRows | ServerResync | ServerTokenExpiring | ServerLeaving | ServerPong;

/** Method -> the parameters of the call, and the result in its reply. */
export type Calls = {
  "auth.register": {
    params: AuthRegisterParams;
    result: Tokens;
  };
  "auth.register_guest": {
    params: AuthRegisterGuestParams;
    result: Tokens;
  };
  "auth.upgrade_guest": {
    params: AuthUpgradeGuestParams;
    result: User;
  };
  "auth.login": {
    params: AuthLoginParams;
    result: Tokens;
  };
  "auth.verify": {
    params: AuthVerifyParams;
    result: Done;
  };
  "auth.send_verification": {
    params: AuthSendVerificationParams;
    result: Done;
  };
  "auth.request_reset": {
    params: AuthRequestResetParams;
    result: Done;
  };
  "auth.reset_password": {
    params: AuthResetPasswordParams;
    result: Done;
  };
  "auth.change_password": {
    params: AuthChangePasswordParams;
    result: Done;
  };
  "auth.change_email": {
    params: AuthChangeEmailParams;
    result: Done;
  };
  "auth.confirm_email": {
    params: AuthConfirmEmailParams;
    result: Done;
  };
  "auth.deletion_preview": {
    params: AuthDeletionPreviewParams;
    result: DeletionPreview;
  };
  "auth.request_deletion": {
    params: AuthRequestDeletionParams;
    result: Done;
  };
  "auth.delete_account": {
    params: AuthDeleteAccountParams;
    result: Deletion;
  };
  "auth.refresh": {
    params: AuthRefreshParams;
    result: Tokens;
  };
  "auth.logout": {
    params: AuthLogoutParams;
    result: Done;
  };
  "auth_sessions.revoke": {
    params: AuthSessionsRevokeParams;
    result: Done;
  };
  "auth.providers": {
    params: AuthProvidersParams;
    result: ProvidersShown;
  };
  "auth.provider_begin": {
    params: AuthProviderBeginParams;
    result: ProviderLoginBegun;
  };
  "auth.provider_finish": {
    params: AuthProviderFinishParams;
    result: Tokens;
  };
  "auth.identities": {
    params: AuthIdentitiesParams;
    result: LinkedIdentities;
  };
  "auth.link_begin": {
    params: AuthLinkBeginParams;
    result: ProviderLoginBegun;
  };
  "auth.link_finish": {
    params: AuthLinkFinishParams;
    result: LinkedIdentity;
  };
  "auth.unlink": {
    params: AuthUnlinkParams;
    result: Done;
  };
  "auth.device_begin": {
    params: AuthDeviceBeginParams;
    result: DeviceLoginBegun;
  };
  "auth.device_poll": {
    params: AuthDevicePollParams;
    result: DeviceLoginPolled;
  };
  "auth.device_look": {
    params: AuthDeviceLookParams;
    result: DeviceLoginShown;
  };
  "auth.device_approve": {
    params: AuthDeviceApproveParams;
    result: Done;
  };
  "auth.device_deny": {
    params: AuthDeviceDenyParams;
    result: Done;
  };
  "auth.second_factor": {
    params: AuthSecondFactorParams;
    result: Tokens;
  };
  "auth.second_factor_state": {
    params: AuthSecondFactorStateParams;
    result: SecondFactorState;
  };
  "auth.totp_begin": {
    params: AuthTotpBeginParams;
    result: TotpBegun;
  };
  "auth.totp_confirm": {
    params: AuthTotpConfirmParams;
    result: TotpConfirmed;
  };
  "auth.totp_disable": {
    params: AuthTotpDisableParams;
    result: Done;
  };
  "auth.totp_remove": {
    params: AuthTotpRemoveParams;
    result: Done;
  };
  "auth.recovery_codes": {
    params: AuthRecoveryCodesParams;
    result: RecoveryCodes;
  };
  "auth_sessions.rename": {
    params: AuthSessionsRenameParams;
    result: AuthSession;
  };
  "projects.create": {
    params: ProjectsCreateParams;
    result: Project;
  };
  "projects.update": {
    params: ProjectsUpdateParams;
    result: Project;
  };
  "projects.archive": {
    params: ProjectsArchiveParams;
    result: Project;
  };
  "members.grant": {
    params: MembersGrantParams;
    result: ProjectMember;
  };
  "members.join": {
    params: MembersJoinParams;
    result: ProjectMember;
  };
  "members.revoke": {
    params: MembersRevokeParams;
    result: Done;
  };
  "history.list": {
    params: HistoryListParams;
    result: HistoryPage;
  };
  "history.blame": {
    params: HistoryBlameParams;
    result: Blamed;
  };
  "history.at": {
    params: HistoryAtParams;
    result: StateData;
  };
  "history.ops": {
    params: HistoryOpsParams;
    result: HistoryOps;
  };
  "snapshots.create": {
    params: SnapshotsCreateParams;
    result: Snapshot;
  };
  "snapshots.state": {
    params: SnapshotsStateParams;
    result: StateData;
  };
  "snapshots.update": {
    params: SnapshotsUpdateParams;
    result: Snapshot;
  };
  "snapshots.diff": {
    params: SnapshotsDiffParams;
    result: Diff;
  };
  "snapshots.restore": {
    params: SnapshotsRestoreParams;
    result: Restored;
  };
  "snapshots.fork": {
    params: SnapshotsForkParams;
    result: Project;
  };
  "snapshots.delete": {
    params: SnapshotsDeleteParams;
    result: Done;
  };
  "timeline.between": {
    params: TimelineBetweenParams;
    result: FoundRange;
  };
  "timeline.seconds": {
    params: TimelineSecondsParams;
    result: Times;
  };
  "timeline.beats": {
    params: TimelineBeatsParams;
    result: Times;
  };
  "sessions.history": {
    params: SessionsHistoryParams;
    result: SessionStayPage;
  };
  "sessions.end": {
    params: SessionsEndParams;
    result: Done;
  };
  batch: {
    params: BatchParams;
    result: BatchAnswers;
  };
  "recall.observe": {
    params: RecallObserveParams;
    result: ObservedRecall;
  };
  "recall.suggest": {
    params: RecallSuggestParams;
    result: RecallSuggestions;
  };
  "recall.correct": {
    params: RecallCorrectParams;
    result: CorrectedRecall;
  };
  "recall.forget": {
    params: RecallForgetParams;
    result: ForgottenRecall;
  };
  "recall.export": {
    params: RecallExportParams;
    result: ExportedRecall;
  };
  "recall.erase": {
    params: RecallEraseParams;
    result: ForgottenRecall;
  };
  "recall.settings": {
    params: RecallSettingsParams;
    result: RecallSettings;
  };
  "presets.copy": {
    params: PresetsCopyParams;
    result: Preset;
  };
  "presets.publish": {
    params: PresetsPublishParams;
    result: Preset;
  };
  "presets.unpublish": {
    params: PresetsUnpublishParams;
    result: Preset;
  };
  "presets.use": {
    params: PresetsUseParams;
    result: Done;
  };
  "audio_files.stems": {
    params: AudioFilesStemsParams;
    result: Stems;
  };
  "audio_files.set_status": {
    params: AudioFilesSetStatusParams;
    result: AudioFile;
  };
  "invitations.create": {
    params: InvitationsCreateParams;
    result: InvitationMade;
  };
  "invitations.withdraw": {
    params: InvitationsWithdrawParams;
    result: Done;
  };
  "invitations.look": {
    params: InvitationsLookParams;
    result: InvitationShown;
  };
  "invitations.accept": {
    params: InvitationsAcceptParams;
    result: ProjectMember;
  };
  "sessions.permit": {
    params: SessionsPermitParams;
    result: Done;
  };
  "operator.nodes": {
    params: OperatorNodesParams;
    result: NodeRows;
  };
  "operator.health": {
    params: OperatorHealthParams;
    result: HealthRows;
  };
  "operator.events": {
    params: OperatorEventsParams;
    result: NodeEvents;
  };
  "operator.rooms": {
    params: OperatorRoomsParams;
    result: RoomRows;
  };
  "operator.room": {
    params: OperatorRoomParams;
    result: RoomShown;
  };
  "operator.logins": {
    params: OperatorLoginsParams;
    result: LoginRows;
  };
  "operator.closed_rooms": {
    params: OperatorClosedRoomsParams;
    result: ClosedRooms;
  };
  "operator.sizes": {
    params: OperatorSizesParams;
    result: Sizes;
  };
  "operator.slow_calls": {
    params: OperatorSlowCallsParams;
    result: SlowCalls;
  };
  "operator.audit": {
    params: OperatorAuditParams;
    result: AuditRows;
  };
  "operator.kick": {
    params: OperatorKickParams;
    result: Kicked;
  };
  "operator.close_room": {
    params: OperatorCloseRoomParams;
    result: ClosedRoom;
  };
  "operator.open_room": {
    params: OperatorOpenRoomParams;
    result: Changed;
  };
  "operator.maintenance": {
    params: OperatorMaintenanceParams;
    result: MaintenanceNow;
  };
  "operator.drain": {
    params: OperatorDrainParams;
    result: Changed;
  };
  "operator.undrain": {
    params: OperatorUndrainParams;
    result: Changed;
  };
  "watch.end": {
    params: WatchEndParams;
    result: Done;
  };
  "users.get": {
    params: UsersGetParams;
    result: PublicUser;
  };
  "users.list": {
    params: UsersListParams;
    result: PublicUserPage;
  };
  "users.count": {
    params: UsersCountParams;
    result: Counted;
  };
  "account.get": {
    params: AccountGetParams;
    result: OwnAccount;
  };
  "account.update": {
    params: AccountUpdateParams;
    result: OwnAccount;
  };
  "projects.get": {
    params: ProjectsGetParams;
    result: Project;
  };
  "projects.list": {
    params: ProjectsListParams;
    result: ProjectPage;
  };
  "projects.count": {
    params: ProjectsCountParams;
    result: Counted;
  };
  "members.list": {
    params: MembersListParams;
    result: ProjectMembers;
  };
  "members.count": {
    params: MembersCountParams;
    result: Counted;
  };
  "snapshots.get": {
    params: SnapshotsGetParams;
    result: Snapshot;
  };
  "snapshots.list": {
    params: SnapshotsListParams;
    result: SnapshotPage;
  };
  "snapshots.count": {
    params: SnapshotsCountParams;
    result: Counted;
  };
  "audio_files.get": {
    params: AudioFilesGetParams;
    result: AudioFile;
  };
  "audio_files.list": {
    params: AudioFilesListParams;
    result: AudioFilePage;
  };
  "audio_files.count": {
    params: AudioFilesCountParams;
    result: Counted;
  };
  "audio_files.create": {
    params: AudioFilesCreateParams;
    result: AudioFile;
  };
  "audio_files.update": {
    params: AudioFilesUpdateParams;
    result: AudioFile;
  };
  "audio_files.delete": {
    params: AudioFilesDeleteParams;
    result: Done;
  };
  "presets.get": {
    params: PresetsGetParams;
    result: Preset;
  };
  "presets.list": {
    params: PresetsListParams;
    result: PresetPage;
  };
  "presets.count": {
    params: PresetsCountParams;
    result: Counted;
  };
  "presets.create": {
    params: PresetsCreateParams;
    result: Preset;
  };
  "presets.update": {
    params: PresetsUpdateParams;
    result: Preset;
  };
  "presets.delete": {
    params: PresetsDeleteParams;
    result: Done;
  };
  "recall.get": {
    params: RecallGetParams;
    result: Recalled;
  };
  "recall.list": {
    params: RecallListParams;
    result: RecalledPage;
  };
  "recall.count": {
    params: RecallCountParams;
    result: Counted;
  };
  "recall.update": {
    params: RecallUpdateParams;
    result: Recalled;
  };
  "sessions.get": {
    params: SessionsGetParams;
    result: CollaborationSession;
  };
  "sessions.list": {
    params: SessionsListParams;
    result: CollaborationSessionPage;
  };
  "sessions.count": {
    params: SessionsCountParams;
    result: Counted;
  };
  "session_states.get": {
    params: SessionStatesGetParams;
    result: SessionState;
  };
  "session_states.list": {
    params: SessionStatesListParams;
    result: SessionStatePage;
  };
  "session_states.count": {
    params: SessionStatesCountParams;
    result: Counted;
  };
  "session_stays.list": {
    params: SessionStaysListParams;
    result: SessionStayPage;
  };
  "session_stays.count": {
    params: SessionStaysCountParams;
    result: Counted;
  };
  "auth_sessions.get": {
    params: AuthSessionsGetParams;
    result: AuthSession;
  };
  "auth_sessions.list": {
    params: AuthSessionsListParams;
    result: AuthSessionPage;
  };
  "auth_sessions.count": {
    params: AuthSessionsCountParams;
    result: Counted;
  };
  "audit.list": {
    params: AuditListParams;
    result: AuditEntryPage;
  };
  "audit.count": {
    params: AuditCountParams;
    result: Counted;
  };
  "whole_audit.list": {
    params: WholeAuditListParams;
    result: WholeAuditEntryPage;
  };
  "whole_audit.count": {
    params: WholeAuditCountParams;
    result: Counted;
  };
  "invitations.get": {
    params: InvitationsGetParams;
    result: Invitation;
  };
  "invitations.list": {
    params: InvitationsListParams;
    result: InvitationPage;
  };
  "invitations.count": {
    params: InvitationsCountParams;
    result: Counted;
  };
  "users.watch": {
    params: UsersWatchParams;
    result: PublicUserWatch;
  };
  "account.watch": {
    params: AccountWatchParams;
    result: OwnAccountWatch;
  };
  "projects.watch": {
    params: ProjectsWatchParams;
    result: ProjectWatch;
  };
  "members.watch": {
    params: MembersWatchParams;
    result: ProjectMemberWatch;
  };
  "snapshots.watch": {
    params: SnapshotsWatchParams;
    result: SnapshotWatch;
  };
  "audio_files.watch": {
    params: AudioFilesWatchParams;
    result: AudioFileWatch;
  };
  "presets.watch": {
    params: PresetsWatchParams;
    result: PresetWatch;
  };
  "recall.watch": {
    params: RecallWatchParams;
    result: RecalledWatch;
  };
  "sessions.watch": {
    params: SessionsWatchParams;
    result: CollaborationSessionWatch;
  };
  "auth_sessions.watch": {
    params: AuthSessionsWatchParams;
    result: AuthSessionWatch;
  };
};

export type Method = "auth.register" | "auth.register_guest" | "auth.upgrade_guest" | "auth.login" | "auth.verify" | "auth.send_verification" | "auth.request_reset" | "auth.reset_password" | "auth.change_password" | "auth.change_email" | "auth.confirm_email" | "auth.deletion_preview" | "auth.request_deletion" | "auth.delete_account" | "auth.refresh" | "auth.logout" | "auth_sessions.revoke" | "auth.providers" | "auth.provider_begin" | "auth.provider_finish" | "auth.identities" | "auth.link_begin" | "auth.link_finish" | "auth.unlink" | "auth.device_begin" | "auth.device_poll" | "auth.device_look" | "auth.device_approve" | "auth.device_deny" | "auth.second_factor" | "auth.second_factor_state" | "auth.totp_begin" | "auth.totp_confirm" | "auth.totp_disable" | "auth.totp_remove" | "auth.recovery_codes" | "auth_sessions.rename" | "projects.create" | "projects.update" | "projects.archive" | "members.grant" | "members.join" | "members.revoke" | "history.list" | "history.blame" | "history.at" | "history.ops" | "snapshots.create" | "snapshots.state" | "snapshots.update" | "snapshots.diff" | "snapshots.restore" | "snapshots.fork" | "snapshots.delete" | "timeline.between" | "timeline.seconds" | "timeline.beats" | "sessions.history" | "sessions.end" | "batch" | "recall.observe" | "recall.suggest" | "recall.correct" | "recall.forget" | "recall.export" | "recall.erase" | "recall.settings" | "presets.copy" | "presets.publish" | "presets.unpublish" | "presets.use" | "audio_files.stems" | "audio_files.set_status" | "invitations.create" | "invitations.withdraw" | "invitations.look" | "invitations.accept" | "sessions.permit" | "operator.nodes" | "operator.health" | "operator.events" | "operator.rooms" | "operator.room" | "operator.logins" | "operator.closed_rooms" | "operator.sizes" | "operator.slow_calls" | "operator.audit" | "operator.kick" | "operator.close_room" | "operator.open_room" | "operator.maintenance" | "operator.drain" | "operator.undrain" | "watch.end" | "users.get" | "users.list" | "users.count" | "account.get" | "account.update" | "projects.get" | "projects.list" | "projects.count" | "members.list" | "members.count" | "snapshots.get" | "snapshots.list" | "snapshots.count" | "audio_files.get" | "audio_files.list" | "audio_files.count" | "audio_files.create" | "audio_files.update" | "audio_files.delete" | "presets.get" | "presets.list" | "presets.count" | "presets.create" | "presets.update" | "presets.delete" | "recall.get" | "recall.list" | "recall.count" | "recall.update" | "sessions.get" | "sessions.list" | "sessions.count" | "session_states.get" | "session_states.list" | "session_states.count" | "session_stays.list" | "session_stays.count" | "auth_sessions.get" | "auth_sessions.list" | "auth_sessions.count" | "audit.list" | "audit.count" | "whole_audit.list" | "whole_audit.count" | "invitations.get" | "invitations.list" | "invitations.count" | "users.watch" | "account.watch" | "projects.watch" | "members.watch" | "snapshots.watch" | "audio_files.watch" | "presets.watch" | "recall.watch" | "sessions.watch" | "auth_sessions.watch";

export type Collection = "project" | "transport" | "tempo" | "signatures" | "markers" | "tracks" | "channels" | "sends" | "devices" | "clips" | "notes" | "lanes" | "points" | "warps" | "scenes" | "slots" | "media";

export type ErrorCode = "bad_message" | "unknown_message" | "unsupported_version" | "auth_required" | "auth_failed" | "token_expired" | "second_factor_required" | "second_factor_missing" | "link_required" | "login_too_old" | "address_unverified" | "forbidden" | "not_found" | "not_joined" | "validation" | "conflict" | "taken" | "archived" | "limit_reached" | "rate_limited" | "unavailable" | "position_ahead" | "id_reused" | "op_invalid" | "op_exists" | "op_cycle" | "nothing_to_undo" | "nothing_to_redo" | "compacted" | "snapshot_damaged" | "not_done" | "internal";

export type DropReason = "gone" | "parent_gone" | "changed" | "cycle" | "exists" | "invalid" | "limit" | "foreign" | "atomic" | "quarantined";

export type Role = "owner" | "editor" | "contributor" | "commenter" | "viewer";

export type DefaultRole = "editor" | "viewer";

export type InvitedRole = "editor" | "contributor" | "commenter" | "viewer";

export type Purpose = "edit" | "undo" | "redo" | "restore";

export type DegradedPart = "journal" | "bus" | "maintenance";

export type LeftReason = "access_revoked" | "kicked" | "limit_reached";

export type SnapshotKind = "auto" | "manual" | "before-restore";

export type AudioStatus = "announced" | "uploading" | "measuring" | "available" | "failed";

export type DeviceLoginState = "waiting" | "slow_down" | "denied" | "approved";

export type NodeState = "serving" | "drained" | "silent";

export type MaintenanceMode = "read_only" | "off";

export type RoomOrder = "project" | "load";

export type TroubleWord = "not_serving" | "draining" | "database" | "task_down" | "full" | "bus" | "project_held_up" | "maintenance" | "closed_rooms";

export type SessionStatus = "active" | "ended";

export type RowChangeKind = "entered" | "changed" | "left";

export type ResyncReason = "too_old" | "other_history" | "other_list" | "too_much" | "too_many_rows" | "access" | "behind" | "failed";

export type Fate = "kept" | "archived" | "erased";

export type ChangeAction = "added" | "removed" | "changed";

/** What a program needs of an error, beside its sentence. */
export type ErrorDetails = {
  /** What of the message, the call's `params`, the op or the row is wrong. */
  field?: string;
  /** The index of the op at fault, from 0. */
  op?: number;
  /** The row of the table of limits that an op is past. */
  bound?: string;
  /** The id of the delta that was refused first (D12). */
  after?: string;
  /** So many milliseconds later. */
  retry_after_ms?: number;
  /** The row's version now. */
  version?: number;
  /** The newest seq. */
  head?: number;
  /** History is kept after this seq. */
  oldest?: number;
  /** The versions that the server speaks. */
  supported?: readonly number[];
  /** What finishes the login, with a code; good for five minutes. */
  challenge?: string;
  /** What an operator says to the people it is about. */
  message?: string;
  /** Under which the server's log has it. */
  error_id?: string;
};

/** A map of a client's own: at most 65536 bytes as JSON, 16 maps and lists deep (rule Q8). A map of the one key
 * `clipped` stands for one that is too large to be sent (rule C8): do not write it back. */
export type JsonMap = { [key: string]: unknown };

/** A leaf of a map, found by the keys `at`, beside exactly one comparison with a text, a number, a boolean or
 * null (rule Q13). */
export type LeafFilter = {
  at: readonly string[];
  eq?: unknown;
  ne?: unknown;
  lt?: unknown;
  lte?: unknown;
  gt?: unknown;
  gte?: unknown;
};

/** What is asked of a column, all of which must be true. */
export type BooleanFilter = {
  eq?: boolean;
  ne?: boolean;
  in?: readonly boolean[];
};

/** What is asked of a column, all of which must be true. */
export type MapFilter = {
  contains?: { [key: string]: unknown };
  path?: LeafFilter;
};

/** What is asked of a column, all of which must be true. */
export type NumberOrderFilter = {
  eq?: number;
  ne?: number;
  lt?: number;
  lte?: number;
  gt?: number;
  gte?: number;
  in?: readonly number[];
};

/** What is asked of a column, all of which must be true. */
export type NumberOrderOrNullFilter = {
  eq?: number;
  ne?: number;
  lt?: number;
  lte?: number;
  gt?: number;
  gte?: number;
  in?: readonly number[];
  is_null?: boolean;
};

/** What is asked of a column, all of which must be true. */
export type TextEqInLikeNeFilter = {
  eq?: string;
  ne?: string;
  in?: readonly string[];
  like?: string;
};

/** What is asked of a column, all of which must be true. */
export type TextFilter = {
  eq?: string;
  ne?: string;
  in?: readonly string[];
};

/** What is asked of a column, all of which must be true. */
export type TextOrNullFilter = {
  eq?: string;
  ne?: string;
  in?: readonly string[];
  is_null?: boolean;
};

/** What is asked of a column, all of which must be true. */
export type TextSearchFilter = {
  eq?: string;
  ne?: string;
  in?: readonly string[];
  like?: string;
  ilike?: string;
  similar?: string;
  search?: string;
};

/** What is asked of a column, all of which must be true. */
export type TextsFilter = {
  overlap?: readonly string[];
  contains?: readonly string[];
};

/** Conditions on users, all of which must be true. */
export type PublicUserWhere = {
  id?: string | TextFilter;
  username?: string | TextSearchFilter;
  name?: string | TextSearchFilter;
  and?: readonly PublicUserWhere[];
  or?: readonly PublicUserWhere[];
  not?: PublicUserWhere;
};

/** Conditions on account, all of which must be true. */
export type OwnAccountWhere = {
  id?: string | TextFilter;
  created_at?: number | NumberOrderFilter;
  updated_at?: number | NumberOrderFilter;
  and?: readonly OwnAccountWhere[];
  or?: readonly OwnAccountWhere[];
  not?: OwnAccountWhere;
};

/** Conditions on projects, all of which must be true. */
export type ProjectWhere = {
  id?: string | TextFilter;
  owner?: string | TextFilter;
  name?: string | TextSearchFilter;
  bpm?: number | NumberOrderFilter;
  key?: string | TextOrNullFilter;
  scale?: string | TextOrNullFilter;
  tags?: TextsFilter;
  link_sharing?: boolean | BooleanFilter;
  archived?: boolean | BooleanFilter;
  forked_from?: string | TextOrNullFilter;
  created_at?: number | NumberOrderFilter;
  updated_at?: number | NumberOrderFilter;
  and?: readonly ProjectWhere[];
  or?: readonly ProjectWhere[];
  not?: ProjectWhere;
};

/** Conditions on members, all of which must be true. */
export type ProjectMemberWhere = {
  project?: string | TextFilter;
  user?: string | TextFilter;
  role?: string | TextFilter;
  created_at?: number | NumberOrderFilter;
  updated_at?: number | NumberOrderFilter;
  and?: readonly ProjectMemberWhere[];
  or?: readonly ProjectMemberWhere[];
  not?: ProjectMemberWhere;
};

/** Conditions on snapshots, all of which must be true. */
export type SnapshotWhere = {
  id?: string | TextFilter;
  project?: string | TextFilter;
  author?: string | TextOrNullFilter;
  kind?: string | TextFilter;
  name?: string | TextSearchFilter;
  created_at?: number | NumberOrderFilter;
  and?: readonly SnapshotWhere[];
  or?: readonly SnapshotWhere[];
  not?: SnapshotWhere;
};

/** Conditions on audio_files, all of which must be true. */
export type AudioFileWhere = {
  id?: string | TextFilter;
  project?: string | TextFilter;
  owner?: string | TextOrNullFilter;
  name?: string | TextSearchFilter;
  content_hash?: string | TextOrNullFilter;
  duration_seconds?: number | NumberOrderOrNullFilter;
  sample_rate?: number | NumberOrderOrNullFilter;
  bit_depth?: number | NumberOrderOrNullFilter;
  channels?: number | NumberOrderOrNullFilter;
  format?: string | TextOrNullFilter;
  analysis?: MapFilter;
  parent?: string | TextOrNullFilter;
  stem_kind?: string | TextOrNullFilter;
  status?: string | TextFilter;
  created_at?: number | NumberOrderFilter;
  updated_at?: number | NumberOrderFilter;
  and?: readonly AudioFileWhere[];
  or?: readonly AudioFileWhere[];
  not?: AudioFileWhere;
};

/** Conditions on presets, all of which must be true. */
export type PresetWhere = {
  id?: string | TextFilter;
  owner?: string | TextOrNullFilter;
  plugin?: string | TextFilter;
  name?: string | TextSearchFilter;
  category?: string | TextFilter;
  parameters?: MapFilter;
  tags?: TextsFilter;
  is_public?: boolean | BooleanFilter;
  forked_from?: string | TextOrNullFilter;
  created_at?: number | NumberOrderFilter;
  updated_at?: number | NumberOrderFilter;
  and?: readonly PresetWhere[];
  or?: readonly PresetWhere[];
  not?: PresetWhere;
};

/** Conditions on recall, all of which must be true. */
export type RecalledWhere = {
  id?: string | TextFilter;
  user?: string | TextFilter;
  category?: string | TextFilter;
  key?: string | TextEqInLikeNeFilter;
  data?: MapFilter;
  usage_count?: number | NumberOrderFilter;
  created_at?: number | NumberOrderFilter;
  updated_at?: number | NumberOrderFilter;
  and?: readonly RecalledWhere[];
  or?: readonly RecalledWhere[];
  not?: RecalledWhere;
};

/** Conditions on sessions, all of which must be true. */
export type CollaborationSessionWhere = {
  id?: string | TextFilter;
  project?: string | TextFilter;
  host?: string | TextOrNullFilter;
  participants?: TextsFilter;
  status?: string | TextFilter;
  started_at?: number | NumberOrderFilter;
  ended_at?: number | NumberOrderOrNullFilter;
  created_at?: number | NumberOrderFilter;
  updated_at?: number | NumberOrderFilter;
  and?: readonly CollaborationSessionWhere[];
  or?: readonly CollaborationSessionWhere[];
  not?: CollaborationSessionWhere;
};

/** Conditions on session_states, all of which must be true. */
export type SessionStateWhere = {
  session?: string | TextFilter;
  project?: string | TextFilter;
  user?: string | TextFilter;
  device?: string | TextFilter;
  heartbeat_at?: number | NumberOrderFilter;
  created_at?: number | NumberOrderFilter;
  updated_at?: number | NumberOrderFilter;
  and?: readonly SessionStateWhere[];
  or?: readonly SessionStateWhere[];
  not?: SessionStateWhere;
};

/** Conditions on session_stays, all of which must be true. */
export type SessionStayWhere = {
  session?: string | TextFilter;
  project?: string | TextFilter;
  user?: string | TextFilter;
  entered_at?: number | NumberOrderFilter;
  and?: readonly SessionStayWhere[];
  or?: readonly SessionStayWhere[];
  not?: SessionStayWhere;
};

/** Conditions on auth_sessions, all of which must be true. */
export type AuthSessionWhere = {
  id?: string | TextFilter;
  user?: string | TextFilter;
  expires_at?: number | NumberOrderFilter;
  revoked_at?: number | NumberOrderOrNullFilter;
  created_at?: number | NumberOrderFilter;
  and?: readonly AuthSessionWhere[];
  or?: readonly AuthSessionWhere[];
  not?: AuthSessionWhere;
};

/** Conditions on audit, all of which must be true. */
export type AuditEntryWhere = {
  id?: string | TextFilter;
  event?: string | TextFilter;
  user?: string | TextFilter;
  project?: string | TextFilter;
  created_at?: number | NumberOrderFilter;
  and?: readonly AuditEntryWhere[];
  or?: readonly AuditEntryWhere[];
  not?: AuditEntryWhere;
};

/** Conditions on whole_audit, all of which must be true. */
export type WholeAuditEntryWhere = {
  id?: string | TextFilter;
  event?: string | TextFilter;
  user?: string | TextFilter;
  project?: string | TextFilter;
  created_at?: number | NumberOrderFilter;
  and?: readonly WholeAuditEntryWhere[];
  or?: readonly WholeAuditEntryWhere[];
  not?: WholeAuditEntryWhere;
};

/** Conditions on invitations, all of which must be true. */
export type InvitationWhere = {
  id?: string | TextFilter;
  project?: string | TextFilter;
  inviter?: string | TextFilter;
  email?: string | TextOrNullFilter;
  role?: string | TextFilter;
  expires_at?: number | NumberOrderFilter;
  accepted_at?: number | NumberOrderOrNullFilter;
  withdrawn_at?: number | NumberOrderOrNullFilter;
  created_at?: number | NumberOrderFilter;
  and?: readonly InvitationWhere[];
  or?: readonly InvitationWhere[];
  not?: InvitationWhere;
};

/** The first message: the versions a client speaks, who it is, and on which device. */
export type ClientHello = {
  t: "hello";
  versions: readonly number[];
  device: string;
  /** Default: "". */
  client?: string;
  /** Default: null. */
  token?: string | null;
  /** Default: "". */
  device_name?: string;
  /** Default: "". */
  device_kind?: "" | "browser" | "desktop" | "mobile" | "plugin" | "tool";
};

/** A request; exactly one `reply` or `error` carries its id. With an `idempotency_key` a write may be sent again:
 * it is done once (rule C10). */
export type ClientCall = {
  t: "call";
  id: string;
  method: Method;
  params?: { [key: string]: unknown };
  /** Default: null. */
  idempotency_key?: string | null;
};

/** Enter a project's room; with a position, only what is missing is sent. `digest`: that of this client's copy at
 * `position`; `diverged`: that of its copy where it saw the server's differ. `unanswered`: ids of its deltas
 * that were sent before and have no answer. `state`: the encoding of a state inside the `state` messages; null:
 * that of the subprotocol. */
export type ClientJoin = {
  t: "join";
  id: string;
  project: string;
  /** Default: null. */
  position?: JournalPosition | null;
  /** Default: null. */
  diverged?: Digest | null;
  /** Default: null. */
  digest?: string | null;
  /** Default: []. */
  unanswered?: readonly string[];
  /** Default: null. */
  state?: "json" | null;
};

/** Where a reader of a project's journal stands: everything up to `seq` of `epoch`. */
export type JournalPosition = {
  epoch: string;
  seq: number;
};

/** What the whole state comes to at `seq`, in 16 hex digits: see "The digest". */
export type Digest = {
  seq: number;
  digest: string;
};

/** Go out of a project's room. */
export type ClientLeave = {
  t: "leave";
  id: string;
  project: string;
};

/** Say where you are. Not answered; the server may drop it, and stores it seconds later. */
export type ClientPresence = {
  t: "presence";
  cursor?: Cursor | null;
  view?: View | null;
  selection?: readonly string[] | null;
  playhead?: Playhead | null;
  at?: number;
  tool?: string | null;
  project: string;
};

/** Where a member points: a time in beats, perhaps on a track, perhaps at a height (0 to 1). */
export type Cursor = {
  /** -1,000,000 to 1,000,000. */
  time: number;
  track?: string | null;
  /** 0 to 1. */
  y?: number;
};

/** The part of the song a member sees, in beats, and the topmost track. */
export type View = {
  /** -1,000,000 to 1,000,000. */
  start: number;
  /** -1,000,000 to 1,000,000. */
  end: number;
  track?: string | null;
};

/** Where a member's own playback is, in beats, and whether it runs. */
export type Playhead = {
  /** -1,000,000 to 1,000,000. */
  time: number;
  playing: boolean;
};

/** Begin or go on with a continuous edit: others see the values, nothing is stored. `values` null gives it up.
 * Answered only if something is wrong with it. */
export type ClientGesture = {
  t: "gesture";
  project: string;
  id: string;
  /** Default: null. */
  values?: { [key: string]: Previewed } | null;
};

/** Propose ops that are committed together; answered by `ack` or `error` with the same id. `gesture` ends that
 * gesture. Deltas with the same `step` are undone together. `base`: the seq of the copy that it was made on;
 * `base_epoch`: that of `base`, if `joined` brought another since. */
export type ClientDelta = {
  t: "delta";
  project: string;
  id: string;
  ops: readonly Op[];
  /** Default: false. */
  atomic?: boolean;
  /** Default: null. */
  step?: string | null;
  /** Default: null. */
  gesture?: string | null;
  /** Default: null. */
  base?: number | null;
  /** Default: null. */
  base_epoch?: string | null;
};

/** Undo your latest step as a delta with this id; answered like one. */
export type ClientUndo = {
  t: "undo";
  project: string;
  id: string;
};

/** Do your latest undone step again as a delta with this id; answered like one. */
export type ClientRedo = {
  t: "redo";
  project: string;
  id: string;
};

/** The heartbeat, and a question for the server's clock. */
export type ClientPing = {
  t: "ping";
  /** Default: 0.0. */
  time?: number;
};

/** The answer to hello: the version agreed on, and the bounds that hold. */
export type ServerWelcome = {
  t: "welcome";
  version: number;
  connection: string;
  node: string;
  server_time: number;
  heartbeat_seconds: number;
  max_message_bytes: number;
  user: User | null;
};

/** An account as others see it. */
export type User = {
  id: string;
  username: string;
  name: string;
};

/** The result of the call with this id. */
export type ServerReply = {
  t: "reply";
  id: string;
  result: unknown;
};

/** What went wrong, with the id of the message at fault where it had one. */
export type ServerError = {
  t: "error";
  id: string | null;
  code: ErrorCode;
  message: string;
  /** Default: null. */
  project?: string | null;
  details?: ErrorDetails;
};

/** You are in. `parts` messages `state` follow, or the deltas that you missed. `undo` and `redo` count the steps
 * that you can undo and do again. `head`: the newest seq at the join; a copy that has come to it has all that
 * was acknowledged before. `committed`: those of the join's `unanswered` that are in the state at `position`, id
 * -> seq. `media`: as in `media`, of all audio files of the project that are not available. `tracks`: as in
 * `role_changed`, yours. `permissions`: as in `permitted`. */
export type ServerJoined = {
  t: "joined";
  id: string;
  project: string;
  you: string;
  role: Role;
  members: readonly Member[];
  position: JournalPosition;
  resumed: boolean;
  parts: number;
  /** Default: false. */
  degraded?: boolean;
  /** Default: 0. */
  undo?: number;
  /** Default: 0. */
  redo?: number;
  /** Default: null. */
  digest?: Digest | null;
  /** Default: 0. */
  head?: number;
  /** Default: {}. */
  committed?: { [key: string]: number };
  /** Default: {}. */
  media?: { [key: string]: AudioStatus };
  /** Default: null. */
  tracks?: readonly string[] | null;
  /** Default: {}. */
  permissions?: { [key: string]: readonly string[] };
};

/** A user on a device in a room. `member` is the same whenever that user and device return. */
export type Member = {
  member: string;
  user: string;
  name: string;
  device: string;
  role: Role;
  color: string;
  presence: Presence;
  /** Default: {}. */
  gestures?: { [key: string]: { [key: string]: Previewed } };
};

/** What is known of where a member is; a field left out is unchanged, null clears it. */
export type Presence = {
  cursor?: Cursor | null;
  view?: View | null;
  tool?: string | null;
  selection?: readonly string[] | null;
  playhead?: Playhead | null;
  at?: number;
};

/** One part of the project state: zlib over its encoding (rules J2, J16), cut into parts. */
export type ServerState = {
  t: "state";
  project: string;
  part: number;
  parts: number;
  /** Base64 in JSON, bytes in MessagePack. */
  data: string | Uint8Array;
};

/** Someone came in. */
export type ServerMemberJoined = {
  t: "member_joined";
  project: string;
  member: Member;
};

/** Someone went out, or vanished. */
export type ServerMemberLeft = {
  t: "member_left";
  project: string;
  member: string;
};

/** A user's role is another one now; `role` null: that user is out of the project. `tracks`: of a contributor,
 * those that it may edit; of others null. */
export type ServerRoleChanged = {
  t: "role_changed";
  project: string;
  user: string;
  role: Role | null;
  /** Default: null. */
  tracks?: readonly string[] | null;
};

/** What the session's host, or an owner, has agreed on: permission -> the users that have it. Everyone whose role
 * lets them has a permission that is not named. */
export type ServerPermitted = {
  t: "permitted";
  project: string;
  permissions: { [key: string]: readonly string[] };
};

/** You are out: as you asked (`id`), or because of `reason`. `message`: what an operator says to who is `kicked`,
 * or the bound that is reached. */
export type ServerLeft = {
  t: "left";
  project: string;
  /** Default: null. */
  id?: string | null;
  /** Default: null. */
  reason?: LeftReason | null;
  /** Default: "". */
  message?: string;
};

/** Who moved since the last tick: member -> what changed. Ignore your own entry. `gestures`: member -> gesture ->
 * the values that changed; null: it is over. With `whole` these are all gestures that there are: forget the
 * others. */
export type ServerTick = {
  t: "tick";
  project: string;
  moved: { [key: string]: Presence };
  /** Default: {}. */
  gestures?: { [key: string]: { [key: string]: { [key: string]: Previewed } | null } };
  /** Default: false. */
  whole?: boolean;
  /** Default: null. */
  digest?: Digest | null;
};

/** Your delta is on disk as `seq`. `ops` is what took effect; null: just what you sent. `dropped_total`: how many
 * were dropped, where `dropped` does not name all of them. */
export type ServerAck = {
  t: "ack";
  project: string;
  id: string;
  seq: number;
  at: number;
  /** Default: []. */
  dropped?: readonly Dropped[];
  /** Default: null. */
  ops?: readonly Op[] | null;
  /** Default: false. */
  duplicate?: boolean;
  /** Default: 0. */
  undo?: number;
  /** Default: 0. */
  redo?: number;
  /** Default: null. */
  digest?: string | null;
  dropped_total?: number;
};

/** An op of your delta that did nothing: its index and why (see the table of reasons). Of an undo, a redo or a
 * restore, whose ops you did not send: what it was about. */
export type Dropped = {
  op: number;
  reason: DropReason;
  /** Default: "". */
  col?: string;
  /** Default: "". */
  id?: string;
  /** Default: []. */
  props?: readonly string[];
};

/** A delta is on disk as `seq`: the ops that took effect. Seqs follow without holes. `purpose`: `edit`, `undo`,
 * `redo` or `restore`; `reverts`: the seq that it takes back. `more`: the next delta belongs to the same group:
 * show all of it at once. */
export type ServerDelta = {
  t: "delta";
  project: string;
  seq: number;
  id: string;
  user: string;
  member: string;
  at: number;
  ops: readonly Op[];
  /** Default: "edit". */
  purpose?: Purpose;
  /** Default: null. */
  reverts?: number | null;
  /** Default: false. */
  more?: boolean;
};

/** What the room cannot do just now, and why. Presence goes on either way. `what`: `journal`, nothing can be
 * committed; `bus`, other servers' edits come seconds late; `maintenance`, an operator has asked everyone to
 * wait with edits, and `reason` is the sentence. */
export type ServerDegraded = {
  t: "degraded";
  project: string;
  degraded: boolean;
  /** Default: "". */
  reason?: string;
  /** Default: "journal". */
  what?: DegradedPart;
};

/** The project's row is another one now; read it with `projects.get`. */
export type ServerProjectChanged = {
  t: "project_changed";
  project: string;
  version: number;
  archived: boolean;
};

/** How far the bytes of audio files are now: id or content hash -> status. null: no audio file of the project has
 * that id or hash any more. */
export type ServerMedia = {
  t: "media";
  project: string;
  statuses: { [key: string]: AudioStatus | null };
};

/** Rows of a list that you watch have changed: take all of it at once. `position`: how far you have come; null:
 * more of the same moment follows. */
export type ServerRows = {
  t: "rows";
  watch: string;
  changes: readonly RowChange[];
  position: string | null;
};

/** What happened to one row, in terms of the list that is watched; `row`: what it holds now. `id`: of the row;
 * where a row has no id of its own, the columns that name it, with `/` between. */
export type RowChange = {
  change: RowChangeKind;
  id: string;
  row?: { [key: string]: unknown };
};

/** A watch has ended, because what came since cannot be told: watch anew for the rows. */
export type ServerResync = {
  t: "resync";
  watch: string;
  reason: ResyncReason;
};

/** The access token of this connection runs out; `auth.refresh` here, and nothing is missed. */
export type ServerTokenExpiring = {
  t: "token_expiring";
  in_ms: number;
};

/** This server stops, and closes with 1012; come back `after_ms` later: another one serves. */
export type ServerLeaving = {
  t: "server_leaving";
  after_ms: number;
};

/** The answer to ping: its time again, and the server's, in milliseconds since 1970. */
export type ServerPong = {
  t: "pong";
  time: number;
  server_time: number;
};

/** Make an account and log in; with the token of an `invitation`, as a member of its project. */
export type AuthRegisterParams = {
  email: string;
  username: string;
  password: string;
  /** Default: "". */
  name?: string;
  /** Default: null. */
  invitation?: string | null;
};

/** An auth session: the access token for hello, the refresh token for `auth.refresh`. The device token is for the
 * next `auth.login` on this device (rule A74); it logs nobody in. */
export type Tokens = {
  user: User;
  access_token: string;
  expires_in: number;
  refresh_token: string;
  device_token: string;
};

/** Come in by an `invitation` that lets guests in: with a name, and without an account. */
export type AuthRegisterGuestParams = {
  invitation: string;
  name: string;
};

/** Make an account of the guest who is logged in: the same user, and all stays theirs. */
export type AuthUpgradeGuestParams = {
  email: string;
  username: string;
  password: string;
};

/** Log in with e-mail address and password; with the `device_token` of an earlier login. */
export type AuthLoginParams = {
  email: string;
  password: string;
  /** Default: null. */
  device_token?: string | null;
};

/** Prove the address of an account, by the `token` of a link or by `email` and `code`. The first time, give the
 * account's `password` too, unless you are logged in to it: without either, the password, all logins and all
 * linked identities are taken off. */
export type AuthVerifyParams = {
  /** Default: null. */
  token?: string | null;
  /** Default: null. */
  email?: string | null;
  /** Default: null. */
  code?: string | null;
  /** Default: null. */
  password?: string | null;
};

/** It is done; there is nothing more to say. */
export type Done = Record<string, never>;

/** Ask for a mail with a link and a code for `auth.verify`; answered alike for any address. */
export type AuthSendVerificationParams = {
  email: string;
};

/** Ask for a mail with which to set a new password; answered alike for any address. */
export type AuthRequestResetParams = {
  email: string;
};

/** Set a new password, by the `token` of a link or by `email` and `code`; nobody is logged in. All logins of the
 * account end. */
export type AuthResetPasswordParams = {
  password: string;
  /** Default: null. */
  token?: string | null;
  /** Default: null. */
  email?: string | null;
  /** Default: null. */
  code?: string | null;
};

/** Change your password; all your other logins end. */
export type AuthChangePasswordParams = {
  password: string;
  new_password: string;
};

/** Ask for a mail to a new address; it is yours after `auth.confirm_email`. */
export type AuthChangeEmailParams = {
  password: string;
  email: string;
};

/** Make the new address that of the account, by the `token`, or logged in by the `code`. */
export type AuthConfirmEmailParams = {
  /** Default: null. */
  token?: string | null;
  /** Default: null. */
  code?: string | null;
};

/** What would become of the projects that you own, if you deleted your account. */
export type AuthDeletionPreviewParams = Record<string, never>;

/** The first of `total` projects; `days`: the grace time. */
export type DeletionPreview = {
  projects: readonly ProjectFate[];
  total: number;
  days: number;
};

/** `becomes`: `kept` by its other owners; `archived`, then erased, unless you name an owner among its `others`;
 * or `erased`, as nobody else is in it. */
export type ProjectFate = {
  project: string;
  name: string;
  others: number;
  becomes: Fate;
};

/** Be mailed a code for `auth.delete_account`, where you know no password (rule A73). */
export type AuthRequestDeletionParams = Record<string, never>;

/** Delete your account: it is erased after a grace time, unless you log in before. `projects`: project -> the
 * member who is to own it. All your logins end. Without a password it takes the `code` of
 * `auth.request_deletion`, or, where the account has no password, a login of the last ten minutes. */
export type AuthDeleteAccountParams = {
  /** Default: null. */
  password?: string | null;
  /** Default: null. */
  code?: string | null;
  /** Default: {}. */
  projects?: { [key: string]: string };
};

/** What becomes of the projects, and when all is erased, in ms since 1970. */
export type Deletion = {
  projects: readonly ProjectFate[];
  total: number;
  erase_at: number;
};

/** Trade a refresh token for a new pair; the one before brings the same refresh token again. */
export type AuthRefreshParams = {
  refresh_token: string;
};

/** End this login, all your `others`, or `all`; their sockets are closed. */
export type AuthLogoutParams = {
  /** Default: "this". */
  scope?: "all" | "others" | "this";
};

/** End one of your logins; its sockets are closed. The second time changes nothing. */
export type AuthSessionsRevokeParams = {
  auth_session: string;
};

/** By which providers one can log in here. */
export type AuthProvidersParams = Record<string, never>;

/** In the order of the settings. */
export type ProvidersShown = {
  providers: readonly ProviderShown[];
};

/** `name` is for `auth.provider_begin`, `label` for the button. */
export type ProviderShown = {
  name: string;
  label: string;
};

/** Begin a login by a provider (rule A32). `redirect_uri`: where it leads back to; this server's page `/account`,
 * an address that its operator has allowed, or `http://127.0.0.1:<port>/` of your own program (RFC 8252). */
export type AuthProviderBeginParams = {
  provider: string;
  redirect_uri: string;
};

/** Open `url` in a browser, and keep `flow` to yourself: only with it the login is finished. `state` is what the
 * browser has to bring back. `expires_in`: seconds. */
export type ProviderLoginBegun = {
  flow: string;
  state: string;
  url: string;
  expires_in: number;
};

/** Finish it with what the browser has brought back (rule A32). `iss`: if that is among it (RFC 9207). With the
 * token of an `invitation`, an account that is new is a member of its project, also where strangers make none. */
export type AuthProviderFinishParams = {
  flow: string;
  state: string;
  code: string;
  /** Default: null. */
  iss?: string | null;
  /** Default: null. */
  invitation?: string | null;
};

/** Which providers' identities are linked to your account. */
export type AuthIdentitiesParams = Record<string, never>;

/** `password`: whether you have one, too. */
export type LinkedIdentities = {
  identities: readonly LinkedIdentity[];
  password: boolean;
};

/** `email` is what the provider has proved; you are not known by it. */
export type LinkedIdentity = {
  id: string;
  provider: string;
  email: string | null;
  linked_at: number;
  last_used_at: number;
};

/** Begin to link a provider's identity to your account, within ten minutes of your login. */
export type AuthLinkBeginParams = {
  provider: string;
  redirect_uri: string;
};

/** Link it; `taken` if it is linked to another account (rule A33). */
export type AuthLinkFinishParams = {
  flow: string;
  state: string;
  code: string;
  /** Default: null. */
  iss?: string | null;
};

/** Take a provider's identity off; not the last way in (rule A33). */
export type AuthUnlinkParams = {
  identity: string;
};

/** Ask to be let in by someone who is logged in elsewhere (rule A30). `name`: what that person is shown beside
 * the device of hello. */
export type AuthDeviceBeginParams = {
  /** Default: "". */
  name?: string;
};

/** Show `user_code` and `verification_uri`; keep `device_code` to yourself, and poll with it.
 * `verification_uri_complete` has the code in it, for a QR code. `expires_in`: seconds. */
export type DeviceLoginBegun = {
  device_code: string;
  user_code: string;
  verification_uri: string;
  verification_uri_complete: string;
  interval_ms: number;
  expires_in: number;
};

/** Ask whether you are let in; with `wait_ms`, answered as soon as it is decided (rule A30). */
export type AuthDevicePollParams = {
  device_code: string;
  /** 0 to 8,000. Default: 0. */
  wait_ms?: number;
};

/** `approved` comes once, with `tokens`; poll again after `interval_ms` otherwise. `slow_down`: you asked too
 * soon, and `interval_ms` has grown. `denied`: stop asking. */
export type DeviceLoginPolled = {
  state: DeviceLoginState;
  interval_ms: number;
  /** Default: null. */
  tokens?: Tokens | null;
};

/** Which device asks with this code: show it before you let it in (rule A31). */
export type AuthDeviceLookParams = {
  user_code: string;
};

/** The device as it calls itself, and the network that it asks from. `same_network`: yours is the same. Where it
 * is not, someone else may have sent you the code. */
export type DeviceLoginShown = {
  device: string;
  name: string;
  network: string;
  same_network: boolean;
  expires_in: number;
};

/** Let the device in, as yourself, that you have looked at with `auth.device_look`. */
export type AuthDeviceApproveParams = {
  user_code: string;
};

/** Turn the device away that you have looked at with `auth.device_look`. */
export type AuthDeviceDenyParams = {
  user_code: string;
};

/** Finish a login that was answered `second_factor_required` (rule A35). `code`: of the app, or a recovery code. */
export type AuthSecondFactorParams = {
  challenge: string;
  code: string;
};

/** Whether your logins take a second factor, and what is left of it. */
export type AuthSecondFactorStateParams = Record<string, never>;

/** `apps`: the oldest first. `required`: this server asks everyone for one. */
export type SecondFactorState = {
  totp: boolean;
  apps: readonly AuthenticatorApp[];
  recovery_codes_left: number;
  required: boolean;
};

/** `since`: when it was confirmed, in ms since 1970. */
export type AuthenticatorApp = {
  id: string;
  name: string;
  since: number;
};

/** Get a secret for an authenticator app; it counts once `auth.totp_confirm` has shown a code. Logged in, within
 * ten minutes of the login; or with the `challenge` of a login that was answered `second_factor_missing` (rule
 * A37). Beside an app that counts it is one more (rule A75). */
export type AuthTotpBeginParams = {
  /** Default: null. */
  challenge?: string | null;
};

/** `uri` is for a QR code, `secret` for those who type it. */
export type TotpBegun = {
  secret: string;
  uri: string;
};

/** Show a code of the new app: from now on logins ask for one (rule A35). `name`: what tells it from your other
 * apps. */
export type AuthTotpConfirmParams = {
  code: string;
  /** Default: null. */
  challenge?: string | null;
  /** Default: "". */
  name?: string;
};

/** The recovery codes are told this once; none beside another app, as those of before stay good. `tokens`: of the
 * login that the challenge was of. */
export type TotpConfirmed = {
  recovery_codes: readonly string[];
  /** Default: null. */
  tokens?: Tokens | null;
};

/** Take the second factor off, all apps of it, by a code or a recovery code (rule A36). */
export type AuthTotpDisableParams = {
  code: string;
};

/** Take one app off, by a code of any or a recovery code; with the last, all (rule A75). */
export type AuthTotpRemoveParams = {
  app: string;
  code: string;
};

/** Get new recovery codes by a code of the app; those of before are void (rule A36). */
export type AuthRecoveryCodesParams = {
  code: string;
};

/** Each is good once, instead of a code of the app. */
export type RecoveryCodes = {
  recovery_codes: readonly string[];
};

/** Call the device of one of your logins by another name. */
export type AuthSessionsRenameParams = {
  auth_session: string;
  name: string;
};

/** Where you are logged in, and where you were. With `fields` an answer has a part of these (rule Q4): a
 * `Partial` of this type. */
export type AuthSession = {
  id: string;
  user: string | PublicUserSummary;
  device: string;
  device_name: string;
  device_kind: string;
  client: string;
  network: string;
  seen_at: number | null;
  last_used_at: number;
  expires_at: number;
  revoked_at: number | null;
  revoked_reason: string | null;
  current: boolean;
  created_at: number;
};

/** What rows of other tables bring along of one of: people whom you share a project with, and yourself: what
 * others see. */
export type PublicUserSummary = {
  id: string;
  username: string;
  name: string;
  avatar_url: string | null;
  is_guest: boolean;
};

/** Make a project and own it. With an `id`, sending the call again makes no second one. Without `bpm` it has the
 * `default_bpm` of your account. */
export type ProjectsCreateParams = {
  name: string;
  /** Default: null. */
  id?: string | null;
  /** Default: "". */
  description?: string;
  /** 10 to 1,000. */
  bpm?: number;
  /** Default: null. */
  key?: string | null;
  /** Default: null. */
  scale?: string | null;
  /** Default: "4/4". */
  signature?: string;
  /** Default: []. */
  tags?: readonly string[];
};

/** Your projects, and those that others let you into; without their states. With `fields` an answer has a part of
 * these (rule Q4): a `Partial` of this type. */
export type Project = {
  id: string;
  owner: string | PublicUserSummary;
  name: string;
  description: string;
  /** 10 to 1,000. */
  bpm: number;
  key: string | null;
  scale: string | null;
  signature: string;
  tags: readonly string[];
  default_role: DefaultRole;
  link_sharing: boolean;
  /** 1 to 500. */
  member_limit: number;
  role: Role;
  head: number;
  epoch: string;
  archived: boolean;
  forked_from: string | null;
  version: number;
  created_at: number;
  updated_at: number;
};

/** Change fields of the row, if `version` is still the one you read. */
export type ProjectsUpdateParams = {
  project: string;
  version: number;
  name?: string;
  description?: string;
  /** 10 to 1,000. */
  bpm?: number;
  key?: string | null;
  scale?: string | null;
  signature?: string;
  tags?: readonly string[];
  default_role?: DefaultRole;
  link_sharing?: boolean;
  /** 1 to 500. */
  member_limit?: number;
};

/** Archive a project, or bring it back: an archived one can be read and not edited. */
export type ProjectsArchiveParams = {
  project: string;
  /** Default: true. */
  archived?: boolean;
};

/** Give a role: to anyone by `email`, or another one to who is a member by `user`; owners only. Without a `role`:
 * the project's `default_role`. `tracks`: those that a contributor may edit. */
export type MembersGrantParams = {
  project: string;
  /** Default: null. */
  email?: string | null;
  /** Default: null. */
  user?: string | null;
  /** Default: null. */
  role?: Role | null;
  /** Default: null. */
  tracks?: readonly string[] | null;
};

/** Who may be in a project, and in which role. With `fields` an answer has a part of these (rule Q4): a `Partial`
 * of this type. */
export type ProjectMember = {
  project: string | ProjectSummary;
  user: PublicUserSummary;
  role: Role;
  color: string;
  tracks: readonly string[] | null;
  created_at: number;
  updated_at: number;
};

/** What rows of other tables bring along of one of: your projects, and those that others let you into; without
 * their states. */
export type ProjectSummary = {
  id: string;
  name: string;
};

/** Become a member of a project whose link is shared; its id is the link. */
export type MembersJoinParams = {
  project: string;
};

/** Take a user's role in a project away; owners only, but everyone may take their own. */
export type MembersRevokeParams = {
  project: string;
  user: string;
};

/** Who changed what, newest first; `before` is the `next` of the page before. */
export type HistoryListParams = {
  project: string;
  /** Default: null. */
  user?: string | null;
  /** Default: null. */
  member?: string | null;
  /** Default: null. */
  entity?: string | null;
  /** Default: null. */
  since?: number | null;
  /** Default: null. */
  until?: number | null;
  /** Default: null. */
  before?: number | null;
  /** 1 to 200. Default: 50. */
  limit?: number;
};

/** Some entries, the `before` of the next page, and the oldest seq whose ops are kept. */
export type HistoryPage = {
  entries: readonly HistoryEntry[];
  next: number | null;
  oldest: number;
};

/** One delta of the journal: of the `total` ops that took effect the first 100, or 64 KiB. `color`: of the user
 * in the project. */
export type HistoryEntry = {
  seq: number;
  id: string;
  at: number;
  user: User;
  member: string;
  purpose: Purpose;
  reverts: number | null;
  ops: readonly Op[];
  total: number;
  /** Default: "". */
  color?: string;
};

/** Who last set this property; a leaf of `params` is `params/<name>`. */
export type HistoryBlameParams = {
  project: string;
  entity: string;
  property: string;
};

/** The entry that gave the property its value, without its ops; null: from before the history. `clipped`: the
 * value is too large for a reply; ask for a leaf of it. */
export type Blamed = {
  entry: HistoryEntry | null;
  value: boolean | number | string | readonly string[] | { [key: string]: boolean | number | string } | null;
  /** Default: false. */
  clipped?: boolean;
};

/** The state after `seq`, or at `time` (ms since 1970), read-only; ask part by part. */
export type HistoryAtParams = {
  project: string;
  /** Default: null. */
  seq?: number | null;
  /** Default: null. */
  time?: number | null;
  /** 0 to 10,000. Default: 0. */
  part?: number;
};

/** One part of a state: all parts joined are zlib over it, as in `state` messages (rule J2). */
export type StateData = {
  position: JournalPosition;
  digest: string;
  part: number;
  parts: number;
  /** Base64 in JSON, bytes in MessagePack. */
  data: string | Uint8Array;
};

/** The whole deltas after the seq `after` up to `to`, oldest first, to replay them. Of a group that `to` is in,
 * all; without `to` as many as there are. `after` and `op` are the `next` of the page before. */
export type HistoryOpsParams = {
  project: string;
  /** Default: 0. */
  after?: number;
  /** Default: null. */
  to?: number | null;
  /** 0 to 2,147,483,648. Default: 0. */
  op?: number;
};

/** Some deltas, where the next page begins, and where a copy stands that has taken all pages. */
export type HistoryOps = {
  deltas: readonly HistoryDelta[];
  next: OpsPlace | null;
  position: JournalPosition;
};

/** A delta of the journal as the message `delta` told it, or a part of a large one. `op`: which of its ops is the
 * first here; `cut`: the next page begins with more of them. */
export type HistoryDelta = {
  seq: number;
  id: string;
  user: string;
  member: string;
  at: number;
  ops: readonly Op[];
  /** Default: "edit". */
  purpose?: Purpose;
  /** Default: null. */
  reverts?: number | null;
  /** Default: false. */
  more?: boolean;
  /** Default: 0. */
  op?: number;
  /** Default: false. */
  cut?: boolean;
};

/** Where the next page begins: the `after` and `op` of its call. */
export type OpsPlace = {
  after: number;
  op: number;
};

/** Store the current state under a name. With an `id`, sending it again makes no second one. */
export type SnapshotsCreateParams = {
  project: string;
  /** Default: "". */
  name?: string;
  /** Default: "". */
  description?: string;
  /** Default: null. */
  id?: string | null;
  /** Default: null. */
  audio_analysis?: AudioAnalysis | null;
};

/** What a client measured on its own rendering of the project. LUFS and dBTP by EBU R 128. */
export type AudioAnalysis = {
  /** -120 to 20. Default: null. */
  integrated_lufs?: number | null;
  /** 0 to 120. Default: null. */
  loudness_range_lu?: number | null;
  /** -200 to 60. Default: null. */
  true_peak_dbtp?: number | null;
  /** 0 to 1,000,000. Default: null. */
  duration_seconds?: number | null;
  /** 10 to 1,000. Default: null. */
  bpm?: number | null;
  /** Default: null. */
  key?: string | null;
  /** Default: null. */
  scale?: string | null;
  /** 0 to 1,000,000. Default: null. */
  spectral_centroid_hz?: number | null;
  /** -1 to 1. Default: null. */
  stereo_correlation?: number | null;
  /** Default: null. */
  tool?: string | null;
};

/** States of a project that are kept; without the states themselves. With `fields` an answer has a part of these
 * (rule Q4): a `Partial` of this type. */
export type Snapshot = {
  id: string;
  project: string | ProjectSummary;
  author: PublicUserSummary | null;
  kind: SnapshotKind;
  name: string;
  description: string;
  position: JournalPosition;
  digest: string;
  musical_context: MusicalContext | null;
  audio_analysis: AudioAnalysis | null;
  version: number;
  created_at: number;
};

/** A state described as music; lengths reach to the end of the last clip. At most 256 tempi and 200 instruments
 * are listed; `counts` says how many there are. */
export type MusicalContext = {
  tempo: readonly TempoAt[];
  key: string | null;
  scale: string | null;
  signature: string;
  length_beats: number;
  length_seconds: number;
  counts: { [key: string]: number };
  instruments: readonly string[];
};

/** A tempo of the tempo map: from `time` (beats) on. */
export type TempoAt = {
  time: number;
  bpm: number;
};

/** The state that a snapshot holds; ask part by part. */
export type SnapshotsStateParams = {
  project: string;
  snapshot: string;
  /** 0 to 10,000. Default: 0. */
  part?: number;
};

/** Name or describe a snapshot, or say what it sounds like; a named one is kept for good. */
export type SnapshotsUpdateParams = {
  project: string;
  snapshot: string;
  version: number;
  name?: string;
  description?: string;
  audio_analysis?: AudioAnalysis | null;
};

/** What differs between two snapshots; null is the current state. */
export type SnapshotsDiffParams = {
  project: string;
  /** Default: null. */
  before?: string | null;
  /** Default: null. */
  after?: string | null;
  /** 1 to 2,000. Default: 200. */
  limit?: number;
};

/** All that differs in sentences, and the first of `total` entities one by one. At most `limit`, and as many as a
 * page holds. */
export type Diff = {
  sentences: readonly string[];
  changes: readonly Change[];
  total: number;
};

/** An entity that differs: added, removed or changed; `props`: name -> [before, after]. `clipped`: they are too
 * large for a reply, and some or all of them are left out. */
export type Change = {
  col: string;
  id: string;
  action: ChangeAction;
  /** Default: "". */
  name?: string;
  /** Default: {}. */
  props?: { [key: string]: readonly unknown[] };
  /** Default: false. */
  clipped?: boolean;
};

/** Bring a snapshot's state back as a delta with this `id`, which can be undone. */
export type SnapshotsRestoreParams = {
  project: string;
  snapshot: string;
  id: string;
};

/** The last seq of the restore, how many ops it took, and the snapshot of what was before. `before` is null where
 * nothing was kept: there were no ops, or the id was sent before. */
export type Restored = {
  seq: number;
  ops: number;
  before: string | null;
};

/** Make a new project of your own out of a snapshot. With an `id`, sending it again makes no second one. */
export type SnapshotsForkParams = {
  project: string;
  snapshot: string;
  name: string;
  /** Default: null. */
  id?: string | null;
};

/** Delete a snapshot: its author or an owner may. The second time changes nothing. */
export type SnapshotsDeleteParams = {
  project: string;
  snapshot: string;
};

/** What lies between two beats (from `start` up to `end`), on all tracks or on some. */
export type TimelineBetweenParams = {
  project: string;
  /** 0 to 1,000,000. */
  start: number;
  /** 0 to 1,000,000. */
  end: number;
  /** Default: null. */
  tracks?: readonly string[] | null;
  /** Default: false. */
  notes?: boolean;
  /** 1 to 5,000. Default: 1000. */
  limit?: number;
};

/** The first of `total` entities, in order of their start: as many as a page holds. At most `limit`; for those
 * behind, ask from the `start` of the last one on. */
export type FoundRange = {
  found: readonly Found[];
  total: number;
};

/** An entity that lies there; `start` and `end` in beats of the song. */
export type Found = {
  col: Collection;
  id: string;
  start: number;
  end: number;
  entity: { [key: string]: unknown };
};

/** Beats to seconds through the tempo map. */
export type TimelineSecondsParams = {
  project: string;
  beats: readonly number[];
};

/** One for each that was asked, in the same order. */
export type Times = {
  times: readonly number[];
};

/** Seconds to beats through the tempo map. */
export type TimelineBeatsParams = {
  project: string;
  seconds: readonly number[];
};

/** Who was in a collaboration session, and for how long, the latest comer first. */
export type SessionsHistoryParams = {
  session: string;
  /** 1 to 200. Default: 50. */
  limit?: number;
  /** Default: null. */
  after?: string | null;
  /** Default: null. */
  before?: string | null;
};

/** Some rows, and where the next page and the one before start (null: there is none). */
export type SessionStayPage = {
  session_stays: readonly SessionStay[];
  next: string | null;
  /** Default: null. */
  previous?: string | null;
};

/** Who was in a collaboration session, and for how long: a row for each user. With `fields` an answer has a part
 * of these (rule Q4): a `Partial` of this type. */
export type SessionStay = {
  session: string;
  project: string | ProjectSummary;
  user: PublicUserSummary;
  entered_at: number;
  seen_at: number;
  seconds: number;
  times: number;
};

/** End a collaboration session: its host may, and owners. The second time changes nothing. */
export type SessionsEndParams = {
  session: string;
};

/** Several calls in one message, answered in their order; `atomic`: all of them, or none. */
export type BatchParams = {
  calls: readonly BatchedCall[];
  /** Default: false. */
  atomic?: boolean;
};

/** A call among others of one message. */
export type BatchedCall = {
  method: Method;
  params?: { [key: string]: unknown };
};

/** One for each call, in their order; `done`: not one of them was refused. */
export type BatchAnswers = {
  answers: readonly Answered[];
  done: boolean;
};

/** What one call of several is answered: a `result` as its `reply` has it, or an `error`. */
export type Answered = {
  result?: unknown;
  error?: CallError;
};

/** Why one call of several was refused: as an `error` has it. */
export type CallError = {
  code: ErrorCode;
  message: string;
  details: ErrorDetails;
};

/** Remember uses of keys in a category, each id once; answered when they are stored. */
export type RecallObserveParams = {
  category: string;
  uses: readonly RecallUse[];
};

/** A key was used: now, or at a time (ms since 1970) of the last 90 days. `suggested`: it was taken from a list
 * of suggestions, and counts half. */
export type RecallUse = {
  id: string;
  key: string;
  /** Default: null. */
  at?: number | null;
  /** 1e-100 to 1. Default: 1.0. */
  weight?: number;
  /** Default: false. */
  suggested?: boolean;
  /** Default: null. */
  context?: RecallContext | null;
  /** Default: null. */
  data?: JsonMap | null;
};

/** Where a key is used: what is empty or null says nothing; `more` takes names of your own. */
export type RecallContext = {
  /** Default: "". */
  genre?: string;
  /** 10 to 1,000. Default: null. */
  bpm?: number | null;
  /** Default: "". */
  plugin?: string;
  /** Default: "". */
  after?: string;
  /** 0 to 23. Default: null. */
  hour?: number | null;
  /** Default: {}. */
  more?: { [key: string]: string };
};

/** How many uses were not known before; `remembers`: whether the category is switched on. */
export type ObservedRecall = {
  counted: number;
  remembers: boolean;
};

/** What you are likely to use next, the likeliest first. */
export type RecallSuggestParams = {
  category: string;
  /** Default: null. */
  context?: RecallContext | null;
  /** 1 to 20. Default: 3. */
  limit?: number;
};

/** None where too little is known: less than ten uses, or of the first a confidence of 0.05. */
export type RecallSuggestions = {
  suggestions: readonly RecallSuggestion[];
};

/** A key, and why. `confidence`: how likely you take it, at least; null: others' (`public`). */
export type RecallSuggestion = {
  key: string;
  confidence: number | null;
  reason: string;
  source: string;
  usage_count: number;
  last_used_at: number | null;
  data: { [key: string]: unknown };
};

/** A suggestion was wrong, or taken: what was shown, and what is to be changed of a key. `weight`: what the key's
 * uses so far count from now on (0: not suggested until used again). `rename`: another key takes its place, and
 * its uses. The same `id` again changes nothing. */
export type RecallCorrectParams = {
  category: string;
  id: string;
  /** Default: null. */
  key?: string | null;
  /** 0 to 1. Default: null. */
  weight?: number | null;
  /** Default: null. */
  rename?: string | null;
  /** Default: null. */
  data?: JsonMap | null;
  /** Default: []. */
  shown?: readonly string[];
};

/** `changed`: false where this id was sent before. */
export type CorrectedRecall = {
  changed: boolean;
};

/** Forget a key, or without `key` all of a category. The second time changes nothing. A category makes room for
 * another one then, unless it is switched off. */
export type RecallForgetParams = {
  category: string;
  /** Default: null. */
  key?: string | null;
};

/** How many keys are gone. */
export type ForgottenRecall = {
  keys: number;
};

/** All that is remembered of you, page by page; `after` is the `next` of the page before. */
export type RecallExportParams = {
  /** 1 to 200. Default: 200. */
  limit?: number;
  /** Default: null. */
  after?: string | null;
};

/** One page: settings on the first, then keys, then contexts, then uses (null `next`: last). */
export type ExportedRecall = {
  settings: readonly RecallSetting[];
  keys: readonly RememberedKey[];
  contexts: readonly RememberedContext[];
  uses: readonly RememberedUse[];
  next: string | null;
};

/** How a category is kept: `half_life_days` without a use, and a key weighs half. */
export type RecallSetting = {
  category: string;
  remembers: boolean;
  half_life_days: number;
};

/** A key: how often it was used, shown as a suggestion, and taken from one. */
export type RememberedKey = {
  category: string;
  key: string;
  data: { [key: string]: unknown };
  usage_count: number;
  shown_count: number;
  taken_count: number;
  last_used_at: number | null;
  created_at: number;
};

/** A key in a context (empty: all its uses): `heat` is what ranks it. */
export type RememberedContext = {
  category: string;
  context: string;
  key: string;
  heat: number;
  usage_count: number;
};

/** The id of a use, which is kept for 14 days so that it is counted once. */
export type RememberedUse = {
  id: string;
  at: number;
};

/** Forget all that is remembered of you, for good; what you have switched off stays off. */
export type RecallEraseParams = {
  confirm: "erase";
};

/** Switch remembering on or off in a category; without one, only say how all are kept. */
export type RecallSettingsParams = {
  /** Default: null. */
  category?: string | null;
  remembers?: boolean;
};

/** Of all categories in which something was observed or set. */
export type RecallSettings = {
  settings: readonly RecallSetting[];
};

/** Make a preset of your own out of one that you may see; it is not public (rule L7). With an `id`, sending it
 * again makes no second one. */
export type PresetsCopyParams = {
  preset: string;
  /** Default: null. */
  name?: string | null;
  /** Default: null. */
  id?: string | null;
};

/** Settings of a plug-in: your own, those that others publish, those of the product. With `fields` an answer has
 * a part of these (rule Q4): a `Partial` of this type. */
export type Preset = {
  id: string;
  owner: string | PublicUserSummary | null;
  plugin: string;
  name: string;
  category: string;
  parameters: JsonMap;
  tags: readonly string[];
  is_public: boolean;
  usage_count: number;
  forked_from: string | null;
  origin_name: string | null;
  version: number;
  created_at: number;
  updated_at: number;
};

/** Let everyone see a preset of yours. The second time changes nothing (rule L8). */
export type PresetsPublishParams = {
  preset: string;
};

/** Let only yourself see a preset of yours. The second time changes nothing (rule L8). */
export type PresetsUnpublishParams = {
  preset: string;
};

/** Say that you have loaded a preset that you may see: it is counted (rule L9). */
export type PresetsUseParams = {
  preset: string;
};

/** All stems of an audio file and theirs, the nearest first (rule L5). */
export type AudioFilesStemsParams = {
  audio_file: string;
};

/** The stems, each with its `parent`; `clipped`: there are more than a reply holds. */
export type Stems = {
  audio_files: readonly AudioFile[];
  clipped: boolean;
};

/** The audio of a project: what is known of each file, and which are stems of which. With `fields` an answer has
 * a part of these (rule Q4): a `Partial` of this type. */
export type AudioFile = {
  id: string;
  project: string | ProjectSummary;
  owner: string | PublicUserSummary | null;
  name: string;
  content_hash: string | null;
  bytes: number | null;
  /** 0 to 1,000,000. */
  duration_seconds: number | null;
  /** 1 to 1,536,000. */
  sample_rate: number | null;
  /** 1 to 64. */
  bit_depth: number | null;
  /** 1 to 256. */
  channels: number | null;
  format: string | null;
  analysis: JsonMap | null;
  parent: string | null;
  stem_kind: string | null;
  status: AudioStatus;
  failure: string | null;
  version: number;
  created_at: number;
  updated_at: number;
};

/** Say how far the bytes of an audio file are, and what is known with that (rule L4). */
export type AudioFilesSetStatusParams = {
  audio_file: string;
  status: AudioStatus;
  /** Default: null. */
  version?: number | null;
  failure?: string;
  bytes?: number;
  content_hash?: string;
  /** 0 to 1,000,000. */
  duration_seconds?: number;
  /** 1 to 1,536,000. */
  sample_rate?: number;
  /** 1 to 64. */
  bit_depth?: number;
  /** 1 to 256. */
  channels?: number;
  format?: string;
  analysis?: JsonMap;
};

/** Ask someone into a project, by a link or, with `email`, by a mail; owners only. `tracks`: those that a
 * contributor may edit. `max_uses`: how many may accept it; by mail, one. `expires_in`: seconds. `guests`:
 * whether people without an account may come in by its link. */
export type InvitationsCreateParams = {
  project: string;
  role: InvitedRole;
  /** Default: null. */
  tracks?: readonly string[] | null;
  /** Default: null. */
  email?: string | null;
  /** 1 to 500. Default: 1. */
  max_uses?: number;
  /** 60 to 2,592,000. Default: 604800. */
  expires_in?: number;
  /** Default: false. */
  guests?: boolean;
};

/** `token` and `url`, which has it behind the `#`, are told this once; null: they are mailed. `is_mailed`, of one
 * by mail: false where this server sends no mails. */
export type InvitationMade = {
  id: string;
  token: string | null;
  url: string | null;
  /** Default: null. */
  is_mailed?: boolean | null;
};

/** Let nobody accept it any more; owners only. Who has accepted it stays. */
export type InvitationsWithdrawParams = {
  invitation: string;
};

/** What it is for, before it is accepted; without a login, too. */
export type InvitationsLookParams = {
  token: string;
};

/** What someone is asked into. `is_for_address`: only the address that it was mailed to may. `guests`: who has no
 * account may, by `auth.register_guest`. */
export type InvitationShown = {
  project: string;
  name: string;
  inviter: User;
  role: Role;
  tracks: readonly string[] | null;
  expires_at: number;
  is_for_address: boolean;
  guests: boolean;
};

/** Become a member as it says. Who has a better role keeps it, and uses nothing up. */
export type InvitationsAcceptParams = {
  token: string;
};

/** Say who may edit, gesture, and change the transport; its host may, and owners. Ids of users: only they, the
 * host and owners. null: everyone whose role lets them. What is left out stays as it is. */
export type SessionsPermitParams = {
  session: string;
  edit?: readonly string[] | null;
  gesture?: readonly string[] | null;
  transport?: readonly string[] | null;
};

/** The nodes of this deployment, and whether there is maintenance; for operators. */
export type OperatorNodesParams = Record<string, never>;

/** The nodes, the oldest first. */
export type NodeRows = {
  nodes: readonly NodeRow[];
  maintenance: MaintenanceNow;
  /** Default: 1. */
  form?: number;
};

/** A node. `silent`: it has not said for five seconds that it is there; `silent_ms`: for how long. `load`: part
 * of a core that its event loop takes. */
export type NodeRow = {
  node: string;
  host: string;
  address: string;
  pid: number;
  version: string;
  state: NodeState;
  started_at: number;
  silent_ms: number;
  connections: number;
  rooms: number;
  members: number;
  load: number;
};

/** `read_only`: nobody edits, since `began_at`, for the reason that `message` says, but for nodes that do not
 * hear of it. `unknown`: connections of nodes too old to know of maintenance. `silent`: nodes that are connected
 * to the database and say nothing. */
export type MaintenanceNow = {
  mode: MaintenanceMode;
  /** Default: "". */
  message?: string;
  /** Default: null. */
  began_at?: number | null;
  /** Default: 0. */
  unknown?: number;
  /** Default: []. */
  silent?: readonly string[];
  /** Default: 1. */
  form?: number;
};

/** How each node fares just now, as it says itself; for operators. */
export type OperatorHealthParams = Record<string, never>;

/** The nodes that answered, by name. `silent` as in `operator.rooms`. `database_error`: why the database could
 * not be asked: then there is what the node that was called knows, and nothing of others; empty: it could. */
export type HealthRows = {
  nodes: readonly HealthRow[];
  silent: readonly string[];
  /** Default: 1. */
  form?: number;
  /** Default: "". */
  database_error?: string;
};

/** A node. `says`: its `/readyz`; `is_ready`: whether that is 200. `load`: part of its core that its event loop
 * takes, of `share` that it aims at; `core_waited`: part of the time in which others had the core.
 * `gathering_ms`: how long its fullest rooms gather for the load. `outbox_bytes`: what waits for all sockets,
 * `largest_outbox_bytes` for one. `sends_mail`: whether it hands over mails, and `mail_up`: whether it could
 * when it tried last; `mails_waiting` wait, the oldest for `oldest_mail_ms`, as the node counted them
 * `mails_counted_ms_ago`; null: it has not yet. `certificate_left_ms`: until its certificate runs out; null: it
 * has none. `backup_age_ms`, `rehearsal_age_ms`: since the last that succeeded, as the database says when asked;
 * null: none did. */
export type HealthRow = {
  node: string;
  is_ready: boolean;
  says: string;
  troubles: readonly Trouble[];
  load: number;
  share: number;
  core_waited: number;
  gathering_ms: number;
  rooms_gathering: number;
  deltas_waiting: number;
  calls_waiting: number;
  calls_running: number;
  outbox_bytes: number;
  largest_outbox_bytes: number;
  outboxes_waiting: number;
  lanes: readonly LaneRow[];
  ack: Latency;
  commit: Latency;
  call: Latency;
  join: Latency;
  loop_late: Latency;
  /** Default: false. */
  sends_mail?: boolean;
  /** Default: 0. */
  mails_waiting?: number;
  /** Default: 0.0. */
  oldest_mail_ms?: number;
  /** Default: null. */
  backup_age_ms?: number | null;
  /** Default: null. */
  rehearsal_age_ms?: number | null;
  /** Default: true. */
  mail_up?: boolean;
  /** Default: null. */
  certificate_left_ms?: number | null;
  /** Default: null. */
  mails_counted_ms_ago?: number | null;
};

/** What a node cannot do, or what an operator has told it. `alarm`: its paragraph in docs/operating/alarms.md.
 * `bad`: people notice. */
export type Trouble = {
  what: TroubleWord;
  says: string;
  alarm: string;
  bad: boolean;
  /** Default: null. */
  project?: string | null;
};

/** Connections to PostgreSQL for one kind of work: in use, open, and as many may be. */
export type LaneRow = {
  lane: string;
  busy: number;
  open: number;
  most: number;
};

/** How long something took of late: in the last 15 to 30 seconds. Null: it did not happen. `counts`: how many
 * were within each of `upto_ms` and not within the one before, at last the others. */
export type Latency = {
  /** Default: 0. */
  count?: number;
  /** Default: null. */
  p50_ms?: number | null;
  /** Default: null. */
  p99_ms?: number | null;
  /** Default: []. */
  upto_ms?: readonly number[];
  /** Default: []. */
  counts?: readonly number[];
};

/** What went wrong on all nodes of late, the newest first; for operators. `kind`: one kind, or the first part of
 * its name; `project`, `node`: of one. */
export type OperatorEventsParams = {
  /** 1 to 200. Default: 50. */
  limit?: number;
  /** Default: null. */
  cursor?: string | null;
  /** Default: null. */
  kind?: string | null;
  /** Default: null. */
  project?: string | null;
  /** Default: null. */
  node?: string | null;
};

/** A page. `silent` as in `operator.rooms`, `database_error` as in `operator.health`. */
export type NodeEvents = {
  events: readonly NodeEvent[];
  next: string | null;
  silent: readonly string[];
  /** Default: 1. */
  form?: number;
  /** Default: "". */
  database_error?: string;
};

/** A fault of a node, or of a client that it has to do with. `kind`: the counter of `/metrics` that counts it;
 * `means`: that in words; `alarm`: its paragraph in docs/operating/alarms.md. `count`: so often since
 * `first_at`, about the same. What it is about nothing of is "". */
export type NodeEvent = {
  node: string;
  number: number;
  kind: string;
  means: string;
  alarm: string;
  first_at: number;
  at: number;
  count: number;
  project: string;
  project_name: string;
  member: string;
  user: string;
  name: string;
  address: string;
  text: string;
};

/** The open rooms of all nodes, in the order of their projects; for operators. With `order` = `load` those for
 * which most is sent come first, and it is one page: no `cursor`. */
export type OperatorRoomsParams = {
  /** 1 to 200. Default: 50. */
  limit?: number;
  /** Default: null. */
  cursor?: string | null;
  /** Default: "project". */
  order?: RoomOrder;
};

/** A page. `silent`: nodes that did not answer in time; what they hold is not here. */
export type RoomRows = {
  rooms: readonly RoomRow[];
  next: string | null;
  silent: readonly string[];
  /** Default: 1. */
  form?: number;
};

/** An open room. `bytes`: of the project state as JSON; `held_back`: deltas that wait. Of the last 15 to 30
 * seconds: `ack`, from a delta's coming until the room is told to acknowledge it; `tick_gap`, between two ticks
 * while somebody goes on moving; of several nodes the worse. Of the last whole 15 seconds: `ticks_a_second`,
 * `deltas_a_second`, and `sends_a_second`, for how many these were all together. `outbox_bytes`: what waits for
 * its members' sockets. */
export type RoomRow = {
  project: string;
  name: string;
  members: number;
  entities: number;
  bytes: number;
  seq: number;
  held_back: number;
  nodes: readonly string[];
  /** Default: null. */
  ack_p50_ms?: number | null;
  /** Default: null. */
  ack_p99_ms?: number | null;
  /** Default: null. */
  tick_gap_p50_ms?: number | null;
  /** Default: null. */
  tick_gap_p99_ms?: number | null;
  /** Default: 0.0. */
  ticks_a_second?: number;
  /** Default: 0.0. */
  deltas_a_second?: number;
  /** Default: 0.0. */
  sends_a_second?: number;
  /** Default: 0. */
  outbox_bytes?: number;
};

/** Who is in the room of a project, from where, and what waits for them; for operators. */
export type OperatorRoomParams = {
  project: string;
};

/** A room, open or not. `silent` as in `operator.rooms`; `clipped`: there are more members. `nodes`: where it is
 * open; where none has it open, `seq` is that of the journal, and `entities` and `bytes` are null, as only a
 * node that has it open counts them. `ack`, `tick_gap`: as in `operator.rooms`, of all nodes together. */
export type RoomShown = {
  project: string;
  name: string;
  seq: number;
  entities: number | null;
  bytes: number | null;
  members: readonly RoomMemberRow[];
  clipped: boolean;
  closed: ClosedRoom | null;
  silent: readonly string[];
  /** Default: 1. */
  form?: number;
  /** Default: {"count": 0, "p50_ms": null, "p99_ms": null, "upto_ms": [], "counts": []}. */
  ack?: Latency;
  /** Default: {"count": 0, "p50_ms": null, "p99_ms": null, "upto_ms": [], "counts": []}. */
  tick_gap?: Latency;
  /** Default: []. */
  nodes?: readonly string[];
};

/** A member. `since`: when it took its seat. `held_back`: its deltas without an answer. `outbox_bytes`: what
 * waits until its socket takes it; `behind`: entries of the journal that did not even come to wait there.
 * `client`: program and version, as it says; `codec`: subprotocol. `round_trip_ms`: to the other end of its
 * socket, which may be a proxy; null: unknown. */
export type RoomMemberRow = {
  member: string;
  user: string;
  name: string;
  device: string;
  role: string;
  login: string;
  node: string;
  address: string;
  since: number;
  held_back: number;
  outbox_bytes: number;
  /** Default: "". */
  client?: string;
  /** Default: "". */
  codec?: string;
  /** Default: null. */
  round_trip_ms?: number | null;
  /** Default: 0. */
  behind?: number;
};

/** A room that nobody joins; `until` null: until `operator.open_room`. `unknown`, `silent`: as in
 * `operator.maintenance`, told when it is closed. */
export type ClosedRoom = {
  project: string;
  name: string;
  reason: string;
  closed_at: number;
  until: number | null;
  /** Default: 0. */
  unknown?: number;
  /** Default: []. */
  silent?: readonly string[];
  /** Default: 1. */
  form?: number;
};

/** The logins of a user that go on, and where they are connected; for operators. */
export type OperatorLoginsParams = {
  user: string;
};

/** Those of one user, the one that was used last first. `silent` as in `operator.rooms`. */
export type LoginRows = {
  user: string;
  username: string;
  logins: readonly LoginRow[];
  silent: readonly string[];
  /** Default: 1. */
  form?: number;
};

/** A login. `nodes`: where it is connected just now, once for each connection. */
export type LoginRow = {
  login: string;
  device: string;
  device_name: string;
  created_at: number;
  last_used_at: number;
  nodes: readonly string[];
};

/** The rooms that are closed, in the order of their projects; for operators. */
export type OperatorClosedRoomsParams = {
  /** 1 to 200. Default: 50. */
  limit?: number;
  /** Default: null. */
  cursor?: string | null;
};

/** A page of them. */
export type ClosedRooms = {
  rooms: readonly ClosedRoom[];
  next: string | null;
  /** Default: 1. */
  form?: number;
};

/** How large the database is, table by table, and the largest projects; for operators. */
export type OperatorSizesParams = {
  /** 1 to 200. Default: 20. */
  projects?: number;
};

/** The largest first. `journal_bytes`: of the table of deltas with its indexes. */
export type Sizes = {
  database_bytes: number;
  journal_bytes: number;
  tables: readonly TableRow[];
  projects: readonly ProjectRow[];
  /** Default: 1. */
  form?: number;
};

/** A table with its indexes; `total_bytes` has both. `rows` as PostgreSQL estimates them; null before it has
 * looked (ANALYZE). */
export type TableRow = {
  table: string;
  rows: number | null;
  heap_bytes: number;
  index_bytes: number;
  total_bytes: number;
};

/** A project: its deltas so far, and those of which the ops are kept. `journal_bytes` is an estimate: its part of
 * all that are kept, of the table of deltas. */
export type ProjectRow = {
  project: string;
  name: string;
  deltas: number;
  kept: number;
  journal_bytes: number;
};

/** The slowest calls of the last hour, of each method so many; for operators. */
export type OperatorSlowCallsParams = {
  /** Default: null. */
  method?: string | null;
  /** 1 to 20. Default: 3. */
  per_method?: number;
};

/** The slowest first. `silent` as in `operator.rooms`. */
export type SlowCalls = {
  calls: readonly SlowCall[];
  silent: readonly string[];
  /** Default: 1. */
  form?: number;
};

/** A call, without what it asked: how long it took to the reply, and whether it succeeded. `code`: of its error;
 * without one and not `done`, the caller was gone before it was answered. */
export type SlowCall = {
  method: string;
  node: string;
  at: number;
  took_ms: number;
  done: boolean;
  code?: ErrorCode;
};

/** The audit of everyone, newest first, also for who has no account here; for operators. `event`: one kind;
 * `user`: of one user, an id, an address or a username. */
export type OperatorAuditParams = {
  /** 1 to 200. Default: 50. */
  limit?: number;
  /** Default: null. */
  cursor?: string | null;
  /** Default: null. */
  event?: string | null;
  /** Default: null. */
  user?: string | null;
};

/** A page. */
export type AuditRows = {
  entries: readonly AuditRow[];
  next: string | null;
  /** Default: 1. */
  form?: number;
};

/** An entry as `whole_audit.list` has it; `details` say `by` whom where that is no user. The names are those of
 * now; "": there is none any more. */
export type AuditRow = {
  id: string;
  event: string;
  user: string | null;
  actor: string | null;
  project: string | null;
  login: string | null;
  address: string | null;
  count: number;
  at: number;
  details: JsonMap;
  /** Default: "". */
  user_name?: string;
  /** Default: "". */
  actor_name?: string;
  /** Default: "". */
  project_name?: string;
};

/** End all logins of a `user`, one `login`, or the seats of a `member`; for operators. Just one of the three.
 * `reason` is shown to the person, who may log in, or join, again. */
export type OperatorKickParams = {
  reason: string;
  /** Default: null. */
  user?: string | null;
  /** Default: null. */
  login?: string | null;
  /** Default: null. */
  member?: string | null;
};

/** So many logins, or seats, were ended; 0: there was none any more. `silent`: nodes that did not answer in time,
 * or say nothing; a member of theirs has its seat as before. `unknown`: as in `operator.maintenance`. */
export type Kicked = {
  logins: number;
  seats: number;
  /** Default: 0. */
  unknown?: number;
  /** Default: []. */
  silent?: readonly string[];
  /** Default: 1. */
  form?: number;
};

/** Send everyone out of a room and let nobody in, for so long or until it is opened. For operators. Nothing is
 * lost: clients keep what they have not sent, and come back. */
export type OperatorCloseRoomParams = {
  project: string;
  reason: string;
  /** 1,000 to 2,592,000,000. Default: null. */
  for_ms?: number | null;
};

/** Let people into a closed room again; for operators. The second time changes nothing. */
export type OperatorOpenRoomParams = {
  project: string;
};

/** Whether there was anything to change. `silent`: the node of which it is says nothing. */
export type Changed = {
  changed: boolean;
  /** Default: []. */
  silent?: readonly string[];
  /** Default: 1. */
  form?: number;
};

/** `read_only`: nobody edits, on any node, within two seconds; `off`: everyone does again. For operators.
 * `message` is shown to everyone; it has to be there with `read_only`. */
export type OperatorMaintenanceParams = {
  mode: MaintenanceMode;
  /** Default: null. */
  message?: string | null;
};

/** Send the members of a node to others, and let nobody new in; for operators. */
export type OperatorDrainParams = {
  node: string;
};

/** Let people into a drained node again; for operators. The second time changes nothing. */
export type OperatorUndrainParams = {
  node: string;
};

/** Hear no more of a watch. The second time changes nothing. */
export type WatchEndParams = {
  watch: string;
};

/** One of: people whom you share a project with, and yourself: what others see. */
export type UsersGetParams = {
  user: string;
  /** Default: null. */
  fields?: readonly string[] | null;
};

/** People whom you share a project with, and yourself: what others see. With `fields` an answer has a part of
 * these (rule Q4): a `Partial` of this type. */
export type PublicUser = {
  id: string;
  username: string;
  name: string;
  avatar_url: string | null;
  favorite_genres: readonly string[];
  is_guest: boolean;
};

/** People whom you share a project with, and yourself: what others see. */
export type UsersListParams = {
  /** Default: null. */
  where?: PublicUserWhere | null;
  /** Default: null. */
  order?: readonly string[] | null;
  /** Default: null. */
  fields?: readonly string[] | null;
  /** 1 to 200. Default: 50. */
  limit?: number;
  /** Default: null. */
  after?: string | null;
  /** Default: null. */
  before?: string | null;
};

/** Some rows, and where the next page and the one before start (null: there is none). */
export type PublicUserPage = {
  users: readonly PublicUser[];
  next: string | null;
  /** Default: null. */
  previous?: string | null;
};

/** How many there are; counted up to 10,000. */
export type UsersCountParams = {
  /** Default: null. */
  where?: PublicUserWhere | null;
};

/** How many there are; not `exact`: at least so many. */
export type Counted = {
  count: number;
  exact: boolean;
};

/** One of: your own account: what you alone see and change. */
export type AccountGetParams = {
  /** Default: null. */
  user?: string | null;
  /** Default: null. */
  fields?: readonly string[] | null;
};

/** Your own account: what you alone see and change. With `fields` an answer has a part of these (rule Q4): a
 * `Partial` of this type. */
export type OwnAccount = {
  id: string;
  email: string | null;
  username: string;
  name: string;
  avatar_url: string | null;
  favorite_genres: readonly string[];
  /** 10 to 1,000. */
  default_bpm: number;
  /** -70 to 0. */
  target_lufs: number;
  preferences: JsonMap;
  devices: readonly JsonMap[];
  is_guest: boolean;
  is_operator: boolean;
  version: number;
  created_at: number;
  updated_at: number;
};

/** Change columns of a row, if `version` is still the one you read. */
export type AccountUpdateParams = {
  version: number;
  /** Default: null. */
  user?: string | null;
  name?: string;
  avatar_url?: string | null;
  favorite_genres?: readonly string[];
  /** 10 to 1,000. */
  default_bpm?: number;
  /** -70 to 0. */
  target_lufs?: number;
  preferences?: JsonMap;
  devices?: readonly JsonMap[];
};

/** One of: your projects, and those that others let you into; without their states. */
export type ProjectsGetParams = {
  project: string;
  /** Default: null. */
  fields?: readonly string[] | null;
  /** Default: null. */
  embed?: readonly string[] | null;
};

/** Your projects, and those that others let you into; without their states. */
export type ProjectsListParams = {
  /** Default: false. */
  archived?: boolean;
  /** Default: null. */
  where?: ProjectWhere | null;
  /** Default: null. */
  order?: readonly string[] | null;
  /** Default: null. */
  fields?: readonly string[] | null;
  /** Default: null. */
  embed?: readonly string[] | null;
  /** 1 to 200. Default: 50. */
  limit?: number;
  /** Default: null. */
  after?: string | null;
  /** Default: null. */
  before?: string | null;
};

/** Some rows, and where the next page and the one before start (null: there is none). */
export type ProjectPage = {
  projects: readonly Project[];
  next: string | null;
  /** Default: null. */
  previous?: string | null;
};

/** How many there are; counted up to 10,000. */
export type ProjectsCountParams = {
  /** Default: false. */
  archived?: boolean;
  /** Default: null. */
  where?: ProjectWhere | null;
};

/** Who may be in a project, and in which role. */
export type MembersListParams = {
  project: string;
  /** Default: null. */
  where?: ProjectMemberWhere | null;
  /** Default: null. */
  order?: readonly string[] | null;
  /** Default: null. */
  fields?: readonly string[] | null;
  /** Default: null. */
  embed?: readonly string[] | null;
  /** 1 to 500. Default: 500. */
  limit?: number;
  /** Default: null. */
  after?: string | null;
  /** Default: null. */
  before?: string | null;
};

/** Some rows, and where the next page and the one before start (null: there is none). */
export type ProjectMembers = {
  members: readonly ProjectMember[];
  next: string | null;
  /** Default: null. */
  previous?: string | null;
};

/** How many there are; counted up to 10,000. */
export type MembersCountParams = {
  project: string;
  /** Default: null. */
  where?: ProjectMemberWhere | null;
};

/** One of: states of a project that are kept; without the states themselves. */
export type SnapshotsGetParams = {
  project: string;
  snapshot: string;
  /** Default: null. */
  fields?: readonly string[] | null;
  /** Default: null. */
  embed?: readonly string[] | null;
};

/** States of a project that are kept; without the states themselves. */
export type SnapshotsListParams = {
  project: string;
  /** Default: null. */
  kind?: SnapshotKind | null;
  /** Default: null. */
  where?: SnapshotWhere | null;
  /** Default: null. */
  order?: readonly string[] | null;
  /** Default: null. */
  fields?: readonly string[] | null;
  /** Default: null. */
  embed?: readonly string[] | null;
  /** 1 to 200. Default: 50. */
  limit?: number;
  /** Default: null. */
  after?: string | null;
  /** Default: null. */
  before?: string | null;
};

/** Some rows, and where the next page and the one before start (null: there is none). */
export type SnapshotPage = {
  snapshots: readonly Snapshot[];
  next: string | null;
  /** Default: null. */
  previous?: string | null;
};

/** How many there are; counted up to 10,000. */
export type SnapshotsCountParams = {
  project: string;
  /** Default: null. */
  kind?: SnapshotKind | null;
  /** Default: null. */
  where?: SnapshotWhere | null;
};

/** One of: the audio of a project: what is known of each file, and which are stems of which. */
export type AudioFilesGetParams = {
  audio_file: string;
  /** Default: null. */
  fields?: readonly string[] | null;
  /** Default: null. */
  embed?: readonly string[] | null;
};

/** The audio of a project: what is known of each file, and which are stems of which. */
export type AudioFilesListParams = {
  /** Default: null. */
  project?: string | null;
  /** Default: null. */
  where?: AudioFileWhere | null;
  /** Default: null. */
  order?: readonly string[] | null;
  /** Default: null. */
  fields?: readonly string[] | null;
  /** Default: null. */
  embed?: readonly string[] | null;
  /** 1 to 200. Default: 50. */
  limit?: number;
  /** Default: null. */
  after?: string | null;
  /** Default: null. */
  before?: string | null;
};

/** Some rows, and where the next page and the one before start (null: there is none). */
export type AudioFilePage = {
  audio_files: readonly AudioFile[];
  next: string | null;
  /** Default: null. */
  previous?: string | null;
};

/** How many there are; counted up to 10,000. */
export type AudioFilesCountParams = {
  /** Default: null. */
  project?: string | null;
  /** Default: null. */
  where?: AudioFileWhere | null;
};

/** Make a row. With an `id`, sending it again makes no second one. */
export type AudioFilesCreateParams = {
  project: string;
  name: string;
  /** Default: null. */
  id?: string | null;
  /** Default: null. */
  content_hash?: string | null;
  /** Default: null. */
  bytes?: number | null;
  /** 0 to 1,000,000. Default: null. */
  duration_seconds?: number | null;
  /** 1 to 1,536,000. Default: null. */
  sample_rate?: number | null;
  /** 1 to 64. Default: null. */
  bit_depth?: number | null;
  /** 1 to 256. Default: null. */
  channels?: number | null;
  /** Default: null. */
  format?: string | null;
  /** Default: null. */
  analysis?: JsonMap | null;
  /** Default: null. */
  parent?: string | null;
  /** Default: null. */
  stem_kind?: string | null;
};

/** Change columns of a row, if `version` is still the one you read. */
export type AudioFilesUpdateParams = {
  audio_file: string;
  version: number;
  name?: string;
  /** 0 to 1,000,000. */
  duration_seconds?: number | null;
  /** 1 to 1,536,000. */
  sample_rate?: number | null;
  /** 1 to 64. */
  bit_depth?: number | null;
  /** 1 to 256. */
  channels?: number | null;
  format?: string | null;
  analysis?: JsonMap | null;
};

/** Delete a row. The second time changes nothing. */
export type AudioFilesDeleteParams = {
  audio_file: string;
};

/** One of: settings of a plug-in: your own, those that others publish, those of the product. */
export type PresetsGetParams = {
  preset: string;
  /** Default: null. */
  fields?: readonly string[] | null;
  /** Default: null. */
  embed?: readonly string[] | null;
};

/** Settings of a plug-in: your own, those that others publish, those of the product. */
export type PresetsListParams = {
  /** Default: null. */
  where?: PresetWhere | null;
  /** Default: null. */
  order?: readonly string[] | null;
  /** Default: null. */
  fields?: readonly string[] | null;
  /** Default: null. */
  embed?: readonly string[] | null;
  /** 1 to 200. Default: 50. */
  limit?: number;
  /** Default: null. */
  after?: string | null;
  /** Default: null. */
  before?: string | null;
};

/** Some rows, and where the next page and the one before start (null: there is none). */
export type PresetPage = {
  presets: readonly Preset[];
  next: string | null;
  /** Default: null. */
  previous?: string | null;
};

/** How many there are; counted up to 10,000. */
export type PresetsCountParams = {
  /** Default: null. */
  where?: PresetWhere | null;
};

/** Make a row. With an `id`, sending it again makes no second one. */
export type PresetsCreateParams = {
  plugin: string;
  name: string;
  /** Default: null. */
  id?: string | null;
  /** Default: "". */
  category?: string;
  /** Default: {}. */
  parameters?: JsonMap;
  /** Default: []. */
  tags?: readonly string[];
};

/** Change columns of a row, if `version` is still the one you read. */
export type PresetsUpdateParams = {
  preset: string;
  version: number;
  name?: string;
  category?: string;
  parameters?: JsonMap;
  tags?: readonly string[];
};

/** Delete a row. The second time changes nothing. */
export type PresetsDeleteParams = {
  preset: string;
};

/** One of: what the mixing assistant remembers of you. */
export type RecallGetParams = {
  recall: string;
  /** Default: null. */
  fields?: readonly string[] | null;
  /** Default: null. */
  embed?: readonly string[] | null;
};

/** What the mixing assistant remembers of you. With `fields` an answer has a part of these (rule Q4): a `Partial`
 * of this type. */
export type Recalled = {
  id: string;
  user: string | PublicUserSummary;
  category: string;
  key: string;
  data: JsonMap;
  usage_count: number;
  shown_count: number;
  taken_count: number;
  last_used_at: number | null;
  version: number;
  created_at: number;
  updated_at: number;
};

/** What the mixing assistant remembers of you. */
export type RecallListParams = {
  /** Default: null. */
  where?: RecalledWhere | null;
  /** Default: null. */
  order?: readonly string[] | null;
  /** Default: null. */
  fields?: readonly string[] | null;
  /** Default: null. */
  embed?: readonly string[] | null;
  /** 1 to 200. Default: 50. */
  limit?: number;
  /** Default: null. */
  after?: string | null;
  /** Default: null. */
  before?: string | null;
};

/** Some rows, and where the next page and the one before start (null: there is none). */
export type RecalledPage = {
  recall: readonly Recalled[];
  next: string | null;
  /** Default: null. */
  previous?: string | null;
};

/** How many there are; counted up to 10,000. */
export type RecallCountParams = {
  /** Default: null. */
  where?: RecalledWhere | null;
};

/** Change columns of a row, if `version` is still the one you read. */
export type RecallUpdateParams = {
  recall: string;
  version: number;
  data?: JsonMap;
};

/** One of: the times at which a project was open, and who was there. */
export type SessionsGetParams = {
  session: string;
  /** Default: null. */
  fields?: readonly string[] | null;
  /** Default: null. */
  embed?: readonly string[] | null;
};

/** The times at which a project was open, and who was there. With `fields` an answer has a part of these (rule
 * Q4): a `Partial` of this type. */
export type CollaborationSession = {
  id: string;
  project: string | ProjectSummary;
  host: string | PublicUserSummary | null;
  participants: readonly string[];
  status: SessionStatus;
  started_at: number;
  ended_at: number | null;
  last_activity_at: number;
  permissions: { [key: string]: unknown };
  transport: { [key: string]: unknown };
  created_at: number;
  updated_at: number;
};

/** The times at which a project was open, and who was there. */
export type SessionsListParams = {
  /** Default: null. */
  project?: string | null;
  /** Default: null. */
  where?: CollaborationSessionWhere | null;
  /** Default: null. */
  order?: readonly string[] | null;
  /** Default: null. */
  fields?: readonly string[] | null;
  /** Default: null. */
  embed?: readonly string[] | null;
  /** 1 to 200. Default: 50. */
  limit?: number;
  /** Default: null. */
  after?: string | null;
  /** Default: null. */
  before?: string | null;
};

/** Some rows, and where the next page and the one before start (null: there is none). */
export type CollaborationSessionPage = {
  sessions: readonly CollaborationSession[];
  next: string | null;
  /** Default: null. */
  previous?: string | null;
};

/** How many there are; counted up to 10,000. */
export type SessionsCountParams = {
  /** Default: null. */
  project?: string | null;
  /** Default: null. */
  where?: CollaborationSessionWhere | null;
};

/** One of: where everyone is in a project, or was when they left it. */
export type SessionStatesGetParams = {
  session: string;
  user: string;
  device: string;
  /** Default: null. */
  fields?: readonly string[] | null;
  /** Default: null. */
  embed?: readonly string[] | null;
};

/** Where everyone is in a project, or was when they left it. With `fields` an answer has a part of these (rule
 * Q4): a `Partial` of this type. */
export type SessionState = {
  session: string;
  project: string | ProjectSummary;
  user: string | PublicUserSummary;
  device: string;
  cursor: { [key: string]: unknown } | null;
  view: { [key: string]: unknown } | null;
  tool: string | null;
  selection: readonly string[];
  device_presence: { [key: string]: unknown };
  heartbeat_at: number;
  created_at: number;
  updated_at: number;
};

/** Where everyone is in a project, or was when they left it. */
export type SessionStatesListParams = {
  /** Default: null. */
  project?: string | null;
  /** Default: null. */
  where?: SessionStateWhere | null;
  /** Default: null. */
  order?: readonly string[] | null;
  /** Default: null. */
  fields?: readonly string[] | null;
  /** Default: null. */
  embed?: readonly string[] | null;
  /** 1 to 200. Default: 50. */
  limit?: number;
  /** Default: null. */
  after?: string | null;
  /** Default: null. */
  before?: string | null;
};

/** Some rows, and where the next page and the one before start (null: there is none). */
export type SessionStatePage = {
  session_states: readonly SessionState[];
  next: string | null;
  /** Default: null. */
  previous?: string | null;
};

/** How many there are; counted up to 10,000. */
export type SessionStatesCountParams = {
  /** Default: null. */
  project?: string | null;
  /** Default: null. */
  where?: SessionStateWhere | null;
};

/** Who was in a collaboration session, and for how long: a row for each user. */
export type SessionStaysListParams = {
  /** Default: null. */
  project?: string | null;
  /** Default: null. */
  where?: SessionStayWhere | null;
  /** Default: null. */
  order?: readonly string[] | null;
  /** Default: null. */
  fields?: readonly string[] | null;
  /** Default: null. */
  embed?: readonly string[] | null;
  /** 1 to 200. Default: 50. */
  limit?: number;
  /** Default: null. */
  after?: string | null;
  /** Default: null. */
  before?: string | null;
};

/** How many there are; counted up to 10,000. */
export type SessionStaysCountParams = {
  /** Default: null. */
  project?: string | null;
  /** Default: null. */
  where?: SessionStayWhere | null;
};

/** One of: where you are logged in, and where you were. */
export type AuthSessionsGetParams = {
  auth_session: string;
  /** Default: null. */
  fields?: readonly string[] | null;
  /** Default: null. */
  embed?: readonly string[] | null;
};

/** Where you are logged in, and where you were. */
export type AuthSessionsListParams = {
  /** Default: null. */
  where?: AuthSessionWhere | null;
  /** Default: null. */
  order?: readonly string[] | null;
  /** Default: null. */
  fields?: readonly string[] | null;
  /** Default: null. */
  embed?: readonly string[] | null;
  /** 1 to 200. Default: 50. */
  limit?: number;
  /** Default: null. */
  after?: string | null;
  /** Default: null. */
  before?: string | null;
};

/** Some rows, and where the next page and the one before start (null: there is none). */
export type AuthSessionPage = {
  auth_sessions: readonly AuthSession[];
  next: string | null;
  /** Default: null. */
  previous?: string | null;
};

/** How many there are; counted up to 10,000. */
export type AuthSessionsCountParams = {
  /** Default: null. */
  where?: AuthSessionWhere | null;
};

/** What happened to your account, and to roles in projects that you own. */
export type AuditListParams = {
  /** Default: null. */
  project?: string | null;
  /** Default: null. */
  where?: AuditEntryWhere | null;
  /** Default: null. */
  order?: readonly string[] | null;
  /** Default: null. */
  fields?: readonly string[] | null;
  /** Default: null. */
  embed?: readonly string[] | null;
  /** 1 to 200. Default: 50. */
  limit?: number;
  /** Default: null. */
  after?: string | null;
  /** Default: null. */
  before?: string | null;
};

/** Some rows, and where the next page and the one before start (null: there is none). */
export type AuditEntryPage = {
  audit: readonly AuditEntry[];
  next: string | null;
  /** Default: null. */
  previous?: string | null;
};

/** What happened to your account, and to roles in projects that you own. With `fields` an answer has a part of
 * these (rule Q4): a `Partial` of this type. */
export type AuditEntry = {
  id: string;
  event: string;
  user: string | PublicUserSummary | null;
  actor: string | PublicUserSummary | null;
  project: string | null;
  auth_session: string | null;
  address: string | null;
  count: number;
  details: JsonMap;
  created_at: number;
};

/** How many there are; counted up to 10,000. */
export type AuditCountParams = {
  /** Default: null. */
  project?: string | null;
  /** Default: null. */
  where?: AuditEntryWhere | null;
};

/** What happened to all accounts and roles, for operators. */
export type WholeAuditListParams = {
  /** Default: null. */
  project?: string | null;
  /** Default: null. */
  where?: WholeAuditEntryWhere | null;
  /** Default: null. */
  order?: readonly string[] | null;
  /** Default: null. */
  fields?: readonly string[] | null;
  /** Default: null. */
  embed?: readonly string[] | null;
  /** 1 to 200. Default: 50. */
  limit?: number;
  /** Default: null. */
  after?: string | null;
  /** Default: null. */
  before?: string | null;
};

/** Some rows, and where the next page and the one before start (null: there is none). */
export type WholeAuditEntryPage = {
  whole_audit: readonly WholeAuditEntry[];
  next: string | null;
  /** Default: null. */
  previous?: string | null;
};

/** What happened to all accounts and roles, for operators. With `fields` an answer has a part of these (rule Q4):
 * a `Partial` of this type. */
export type WholeAuditEntry = {
  id: string;
  event: string;
  user: string | PublicUserSummary | null;
  actor: string | PublicUserSummary | null;
  project: string | null;
  auth_session: string | null;
  address: string | null;
  count: number;
  details: JsonMap;
  created_at: number;
};

/** How many there are; counted up to 10,000. */
export type WholeAuditCountParams = {
  /** Default: null. */
  project?: string | null;
  /** Default: null. */
  where?: WholeAuditEntryWhere | null;
};

/** One of: who is asked into a project, by a link or by an address. */
export type InvitationsGetParams = {
  invitation: string;
  /** Default: null. */
  fields?: readonly string[] | null;
  /** Default: null. */
  embed?: readonly string[] | null;
};

/** Who is asked into a project, by a link or by an address. With `fields` an answer has a part of these (rule
 * Q4): a `Partial` of this type. */
export type Invitation = {
  id: string;
  project: string | ProjectSummary;
  inviter: string | PublicUserSummary;
  email: string | null;
  role: InvitedRole;
  tracks: readonly string[] | null;
  max_uses: number;
  uses: number;
  expires_at: number;
  accepted_at: number | null;
  withdrawn_at: number | null;
  guests: boolean;
  created_at: number;
};

/** Who is asked into a project, by a link or by an address. */
export type InvitationsListParams = {
  /** Default: null. */
  project?: string | null;
  /** Default: null. */
  where?: InvitationWhere | null;
  /** Default: null. */
  order?: readonly string[] | null;
  /** Default: null. */
  fields?: readonly string[] | null;
  /** Default: null. */
  embed?: readonly string[] | null;
  /** 1 to 200. Default: 50. */
  limit?: number;
  /** Default: null. */
  after?: string | null;
  /** Default: null. */
  before?: string | null;
};

/** Some rows, and where the next page and the one before start (null: there is none). */
export type InvitationPage = {
  invitations: readonly Invitation[];
  next: string | null;
  /** Default: null. */
  previous?: string | null;
};

/** How many there are; counted up to 10,000. */
export type InvitationsCountParams = {
  /** Default: null. */
  project?: string | null;
  /** Default: null. */
  where?: InvitationWhere | null;
};

/** The rows that match, and from then on what changes of them (rules V1 to V12). `from`: the position that a
 * watch before had come to. */
export type UsersWatchParams = {
  /** Default: null. */
  where?: PublicUserWhere | null;
  /** Default: null. */
  user?: string | null;
  /** Default: null. */
  fields?: readonly string[] | null;
  /** Default: null. */
  from?: string | null;
};

/** `resumed`: the rows are those that have changed since, `left` what is not in the list, if it was; else they
 * are all, and `reason` says why, if `from` was given. */
export type PublicUserWatch = {
  watch: string;
  users: readonly PublicUser[];
  position: string;
  /** Default: false. */
  resumed?: boolean;
  /** Default: []. */
  left?: readonly string[];
  /** Default: null. */
  reason?: ResyncReason | null;
};

/** The rows that match, and from then on what changes of them (rules V1 to V12). `from`: the position that a
 * watch before had come to. */
export type AccountWatchParams = {
  /** Default: null. */
  where?: OwnAccountWhere | null;
  /** Default: null. */
  user?: string | null;
  /** Default: null. */
  fields?: readonly string[] | null;
  /** Default: null. */
  from?: string | null;
};

/** `resumed`: the rows are those that have changed since, `left` what is not in the list, if it was; else they
 * are all, and `reason` says why, if `from` was given. */
export type OwnAccountWatch = {
  watch: string;
  account: readonly OwnAccount[];
  position: string;
  /** Default: false. */
  resumed?: boolean;
  /** Default: []. */
  left?: readonly string[];
  /** Default: null. */
  reason?: ResyncReason | null;
};

/** The rows that match, and from then on what changes of them (rules V1 to V12). `from`: the position that a
 * watch before had come to. */
export type ProjectsWatchParams = {
  /** Default: false. */
  archived?: boolean;
  /** Default: null. */
  where?: ProjectWhere | null;
  /** Default: null. */
  project?: string | null;
  /** Default: null. */
  fields?: readonly string[] | null;
  /** Default: null. */
  from?: string | null;
};

/** `resumed`: the rows are those that have changed since, `left` what is not in the list, if it was; else they
 * are all, and `reason` says why, if `from` was given. */
export type ProjectWatch = {
  watch: string;
  projects: readonly Project[];
  position: string;
  /** Default: false. */
  resumed?: boolean;
  /** Default: []. */
  left?: readonly string[];
  /** Default: null. */
  reason?: ResyncReason | null;
};

/** The rows that match, and from then on what changes of them (rules V1 to V12). `from`: the position that a
 * watch before had come to. */
export type MembersWatchParams = {
  /** Default: null. */
  where?: ProjectMemberWhere | null;
  /** Default: null. */
  project?: string | null;
  /** Default: null. */
  user?: string | null;
  /** Default: null. */
  fields?: readonly string[] | null;
  /** Default: null. */
  from?: string | null;
};

/** `resumed`: the rows are those that have changed since, `left` what is not in the list, if it was; else they
 * are all, and `reason` says why, if `from` was given. */
export type ProjectMemberWatch = {
  watch: string;
  members: readonly ProjectMember[];
  position: string;
  /** Default: false. */
  resumed?: boolean;
  /** Default: []. */
  left?: readonly string[];
  /** Default: null. */
  reason?: ResyncReason | null;
};

/** The rows that match, and from then on what changes of them (rules V1 to V12). `from`: the position that a
 * watch before had come to. */
export type SnapshotsWatchParams = {
  /** Default: null. */
  kind?: SnapshotKind | null;
  /** Default: null. */
  where?: SnapshotWhere | null;
  /** Default: null. */
  project?: string | null;
  /** Default: null. */
  snapshot?: string | null;
  /** Default: null. */
  fields?: readonly string[] | null;
  /** Default: null. */
  from?: string | null;
};

/** `resumed`: the rows are those that have changed since, `left` what is not in the list, if it was; else they
 * are all, and `reason` says why, if `from` was given. */
export type SnapshotWatch = {
  watch: string;
  snapshots: readonly Snapshot[];
  position: string;
  /** Default: false. */
  resumed?: boolean;
  /** Default: []. */
  left?: readonly string[];
  /** Default: null. */
  reason?: ResyncReason | null;
};

/** The rows that match, and from then on what changes of them (rules V1 to V12). `from`: the position that a
 * watch before had come to. */
export type AudioFilesWatchParams = {
  /** Default: null. */
  where?: AudioFileWhere | null;
  /** Default: null. */
  project?: string | null;
  /** Default: null. */
  audio_file?: string | null;
  /** Default: null. */
  fields?: readonly string[] | null;
  /** Default: null. */
  from?: string | null;
};

/** `resumed`: the rows are those that have changed since, `left` what is not in the list, if it was; else they
 * are all, and `reason` says why, if `from` was given. */
export type AudioFileWatch = {
  watch: string;
  audio_files: readonly AudioFile[];
  position: string;
  /** Default: false. */
  resumed?: boolean;
  /** Default: []. */
  left?: readonly string[];
  /** Default: null. */
  reason?: ResyncReason | null;
};

/** The rows that match, and from then on what changes of them (rules V1 to V12). `from`: the position that a
 * watch before had come to. */
export type PresetsWatchParams = {
  /** Default: null. */
  where?: PresetWhere | null;
  /** Default: null. */
  preset?: string | null;
  /** Default: null. */
  fields?: readonly string[] | null;
  /** Default: null. */
  from?: string | null;
};

/** `resumed`: the rows are those that have changed since, `left` what is not in the list, if it was; else they
 * are all, and `reason` says why, if `from` was given. */
export type PresetWatch = {
  watch: string;
  presets: readonly Preset[];
  position: string;
  /** Default: false. */
  resumed?: boolean;
  /** Default: []. */
  left?: readonly string[];
  /** Default: null. */
  reason?: ResyncReason | null;
};

/** The rows that match, and from then on what changes of them (rules V1 to V12). `from`: the position that a
 * watch before had come to. */
export type RecallWatchParams = {
  /** Default: null. */
  where?: RecalledWhere | null;
  /** Default: null. */
  recall?: string | null;
  /** Default: null. */
  fields?: readonly string[] | null;
  /** Default: null. */
  from?: string | null;
};

/** `resumed`: the rows are those that have changed since, `left` what is not in the list, if it was; else they
 * are all, and `reason` says why, if `from` was given. */
export type RecalledWatch = {
  watch: string;
  recall: readonly Recalled[];
  position: string;
  /** Default: false. */
  resumed?: boolean;
  /** Default: []. */
  left?: readonly string[];
  /** Default: null. */
  reason?: ResyncReason | null;
};

/** The rows that match, and from then on what changes of them (rules V1 to V12). `from`: the position that a
 * watch before had come to. */
export type SessionsWatchParams = {
  /** Default: null. */
  where?: CollaborationSessionWhere | null;
  /** Default: null. */
  project?: string | null;
  /** Default: null. */
  session?: string | null;
  /** Default: null. */
  fields?: readonly string[] | null;
  /** Default: null. */
  from?: string | null;
};

/** `resumed`: the rows are those that have changed since, `left` what is not in the list, if it was; else they
 * are all, and `reason` says why, if `from` was given. */
export type CollaborationSessionWatch = {
  watch: string;
  sessions: readonly CollaborationSession[];
  position: string;
  /** Default: false. */
  resumed?: boolean;
  /** Default: []. */
  left?: readonly string[];
  /** Default: null. */
  reason?: ResyncReason | null;
};

/** The rows that match, and from then on what changes of them (rules V1 to V12). `from`: the position that a
 * watch before had come to. */
export type AuthSessionsWatchParams = {
  /** Default: null. */
  where?: AuthSessionWhere | null;
  /** Default: null. */
  auth_session?: string | null;
  /** Default: null. */
  fields?: readonly string[] | null;
  /** Default: null. */
  from?: string | null;
};

/** `resumed`: the rows are those that have changed since, `left` what is not in the list, if it was; else they
 * are all, and `reason` says why, if `from` was given. */
export type AuthSessionWatch = {
  watch: string;
  auth_sessions: readonly AuthSession[];
  position: string;
  /** Default: false. */
  resumed?: boolean;
  /** Default: []. */
  left?: readonly string[];
  /** Default: null. */
  reason?: ResyncReason | null;
};

export type EntityId = string;

export type OrderKey = string;

export type Leaves = { [key: string]: boolean | number | string };

export type ChangedLeaves = { [key: string]: boolean | number | string | null };

/** A whole project: collection -> id -> entity. */
export type ProjectState = {
  project: { project: ProjectEntity };
  transport: { transport: TransportEntity };
  tempo: { [key: string]: TempoEntity };
  signatures: { [key: string]: SignaturesEntity };
  markers: { [key: string]: MarkersEntity };
  tracks: { [key: string]: TracksEntity };
  channels: { [key: string]: ChannelsEntity };
  sends: { [key: string]: SendsEntity };
  devices: { [key: string]: DevicesEntity };
  clips: { [key: string]: ClipsEntity };
  notes: { [key: string]: NotesEntity };
  lanes: { [key: string]: LanesEntity };
  points: { [key: string]: PointsEntity };
  warps: { [key: string]: WarpsEntity };
  scenes: { [key: string]: ScenesEntity };
  slots: { [key: string]: SlotsEntity };
  media: { [key: string]: MediaEntity };
};

/** An entity of `project`, as the project state holds it. */
export type ProjectEntity = {
  /** Default: "". */
  name: string;
  /** Default: null. */
  key: string | null;
  /** Default: null. */
  scale: string | null;
  /** Default: "beats". */
  timeUnit: "beats";
  /** 8,000 to 384,000. Default: 48000. */
  sampleRate: number;
};

/** Some properties of an entity of `project`. */
export type ProjectProps = {
  name?: string;
  key?: string | null;
  scale?: string | null;
  timeUnit?: "beats";
  /** 8,000 to 384,000. */
  sampleRate?: number;
};

/** Change properties of an entity; leaves of `params` merge, null removes a leaf. */
export type SetProject = {
  op: "set";
  col: "project";
  id: "project";
  props: ProjectProps;
  expect?: ProjectProps;
};

/** An entity of `transport`, as the project state holds it. */
export type TransportEntity = {
  /** In beats, 0 to 1,000,000. Default: 0. */
  loopStart: number;
  /** In beats, above 0, at most 1,000,000. Default: 16. */
  loopEnd: number;
  /** Default: false. */
  loopOn: boolean;
  /** Default: false. */
  metronome: boolean;
};

/** Some properties of an entity of `transport`. */
export type TransportProps = {
  /** In beats, 0 to 1,000,000. */
  loopStart?: number;
  /** In beats, above 0, at most 1,000,000. */
  loopEnd?: number;
  loopOn?: boolean;
  metronome?: boolean;
};

/** Change properties of an entity; leaves of `params` merge, null removes a leaf. */
export type SetTransport = {
  op: "set";
  col: "transport";
  id: "transport";
  props: TransportProps;
  expect?: TransportProps;
};

/** An entity of `tempo`, as the project state holds it. */
export type TempoEntity = {
  /** In beats, 0 to 1,000,000. */
  time: number;
  /** 0 to 1. Default: 0. */
  slot: number;
  /** In bpm, 10 to 1,000. */
  bpm: number;
  /** Default: "hold". */
  interp: "hold" | "linear";
};

/** Some properties of an entity of `tempo`. */
export type TempoProps = {
  /** In beats, 0 to 1,000,000. */
  time?: number;
  /** 0 to 1. */
  slot?: number;
  /** In bpm, 10 to 1,000. */
  bpm?: number;
  interp?: "hold" | "linear";
};

/** An entity to insert into `tempo`: the rest has defaults. */
export type NewTempoEntity = {
  /** In beats, 0 to 1,000,000. */
  time: number;
  /** 0 to 1. Default: 0. */
  slot?: number;
  /** In bpm, 10 to 1,000. */
  bpm: number;
  /** Default: "hold". */
  interp?: "hold" | "linear";
};

/** Change properties of an entity; leaves of `params` merge, null removes a leaf. */
export type SetTempo = {
  op: "set";
  col: "tempo";
  id: EntityId;
  props: TempoProps;
  expect?: TempoProps;
};

/** Add an entity under a client-made id; what is left out gets its default. */
export type InsertTempo = {
  op: "insert";
  col: "tempo";
  id: EntityId;
  entity: NewTempoEntity;
};

/** Remove an entity and, by the rules of the conflict table, what depends on it. With `alone` it is dropped as
 * `changed` if anything else still points at the entity. */
export type DeleteTempo = {
  op: "delete";
  col: "tempo";
  id: EntityId;
  expect?: TempoProps;
  /** Default: false. */
  alone?: boolean;
};

/** Give an entity another parent, order key or time, as one unit; checked for cycles. */
export type MoveTempo = {
  op: "move";
  col: "tempo";
  id: EntityId;
  /** In beats, 0 to 1,000,000. */
  time?: number;
  expect?: TempoProps;
};

/** An entity of `signatures`, as the project state holds it. */
export type SignaturesEntity = {
  /** In beats, 0 to 1,000,000. */
  time: number;
  /** 1 to 64. Default: 4. */
  num: number;
  /** Default: 4. */
  den: 1 | 2 | 4 | 8 | 16 | 32;
};

/** Some properties of an entity of `signatures`. */
export type SignaturesProps = {
  /** In beats, 0 to 1,000,000. */
  time?: number;
  /** 1 to 64. */
  num?: number;
  den?: 1 | 2 | 4 | 8 | 16 | 32;
};

/** An entity to insert into `signatures`: the rest has defaults. */
export type NewSignaturesEntity = {
  /** In beats, 0 to 1,000,000. */
  time: number;
  /** 1 to 64. Default: 4. */
  num?: number;
  /** Default: 4. */
  den?: 1 | 2 | 4 | 8 | 16 | 32;
};

/** Change properties of an entity; leaves of `params` merge, null removes a leaf. */
export type SetSignatures = {
  op: "set";
  col: "signatures";
  id: EntityId;
  props: SignaturesProps;
  expect?: SignaturesProps;
};

/** Add an entity under a client-made id; what is left out gets its default. */
export type InsertSignatures = {
  op: "insert";
  col: "signatures";
  id: EntityId;
  entity: NewSignaturesEntity;
};

/** Remove an entity and, by the rules of the conflict table, what depends on it. With `alone` it is dropped as
 * `changed` if anything else still points at the entity. */
export type DeleteSignatures = {
  op: "delete";
  col: "signatures";
  id: EntityId;
  expect?: SignaturesProps;
  /** Default: false. */
  alone?: boolean;
};

/** Give an entity another parent, order key or time, as one unit; checked for cycles. */
export type MoveSignatures = {
  op: "move";
  col: "signatures";
  id: EntityId;
  /** In beats, 0 to 1,000,000. */
  time?: number;
  expect?: SignaturesProps;
};

/** An entity of `markers`, as the project state holds it. */
export type MarkersEntity = {
  /** In beats, 0 to 1,000,000. */
  time: number;
  /** Default: "". */
  name: string;
  /** Default: null. */
  color: string | null;
};

/** Some properties of an entity of `markers`. */
export type MarkersProps = {
  /** In beats, 0 to 1,000,000. */
  time?: number;
  name?: string;
  color?: string | null;
};

/** An entity to insert into `markers`: the rest has defaults. */
export type NewMarkersEntity = {
  /** In beats, 0 to 1,000,000. */
  time: number;
  /** Default: "". */
  name?: string;
  /** Default: null. */
  color?: string | null;
};

/** Change properties of an entity; leaves of `params` merge, null removes a leaf. */
export type SetMarkers = {
  op: "set";
  col: "markers";
  id: EntityId;
  props: MarkersProps;
  expect?: MarkersProps;
};

/** Add an entity under a client-made id; what is left out gets its default. */
export type InsertMarkers = {
  op: "insert";
  col: "markers";
  id: EntityId;
  entity: NewMarkersEntity;
};

/** Remove an entity and, by the rules of the conflict table, what depends on it. With `alone` it is dropped as
 * `changed` if anything else still points at the entity. */
export type DeleteMarkers = {
  op: "delete";
  col: "markers";
  id: EntityId;
  expect?: MarkersProps;
  /** Default: false. */
  alone?: boolean;
};

/** Give an entity another parent, order key or time, as one unit; checked for cycles. */
export type MoveMarkers = {
  op: "move";
  col: "markers";
  id: EntityId;
  /** In beats, 0 to 1,000,000. */
  time?: number;
  expect?: MarkersProps;
};

/** An entity of `tracks`, as the project state holds it. */
export type TracksEntity = {
  /** Default: "". */
  name: string;
  /** An id in `tracks`, and that one's parent once that is gone. Default: null. */
  parent: EntityId | null;
  /** Default: "a0". */
  order: OrderKey;
  /** Default: ["notes"]. */
  content: readonly ("audio" | "automation" | "notes" | "video" | "markers" | "tracks")[];
  /** An id in `channels`, and null once that is gone. Default: null. */
  channel: EntityId | null;
  /** Default: null. */
  color: string | null;
  /** Default: true. */
  loaded: boolean;
};

/** Some properties of an entity of `tracks`. */
export type TracksProps = {
  name?: string;
  /** An id in `tracks`, and that one's parent once that is gone. */
  parent?: EntityId | null;
  order?: OrderKey;
  content?: readonly ("audio" | "automation" | "notes" | "video" | "markers" | "tracks")[];
  /** An id in `channels`, and null once that is gone. */
  channel?: EntityId | null;
  color?: string | null;
  loaded?: boolean;
};

/** An entity to insert into `tracks`: the rest has defaults. */
export type NewTracksEntity = {
  /** Default: "". */
  name?: string;
  /** An id in `tracks`, and that one's parent once that is gone. Default: null. */
  parent?: EntityId | null;
  /** Default: "a0". */
  order?: OrderKey;
  /** Default: ["notes"]. */
  content?: readonly ("audio" | "automation" | "notes" | "video" | "markers" | "tracks")[];
  /** An id in `channels`, and null once that is gone. Default: null. */
  channel?: EntityId | null;
  /** Default: null. */
  color?: string | null;
  /** Default: true. */
  loaded?: boolean;
};

/** Change properties of an entity; leaves of `params` merge, null removes a leaf. */
export type SetTracks = {
  op: "set";
  col: "tracks";
  id: EntityId;
  props: TracksProps;
  expect?: TracksProps;
};

/** Add an entity under a client-made id; what is left out gets its default. */
export type InsertTracks = {
  op: "insert";
  col: "tracks";
  id: EntityId;
  entity: NewTracksEntity;
};

/** Remove an entity and, by the rules of the conflict table, what depends on it. With `alone` it is dropped as
 * `changed` if anything else still points at the entity. */
export type DeleteTracks = {
  op: "delete";
  col: "tracks";
  id: EntityId;
  expect?: TracksProps;
  /** Default: false. */
  alone?: boolean;
};

/** Give an entity another parent, order key or time, as one unit; checked for cycles. */
export type MoveTracks = {
  op: "move";
  col: "tracks";
  id: EntityId;
  order?: OrderKey;
  /** An id in `tracks`, and that one's parent once that is gone. */
  parent?: EntityId | null;
  expect?: TracksProps;
};

/** An entity of `channels`, as the project state holds it. */
export type ChannelsEntity = {
  /** Default: "". */
  name: string;
  /** Default: "a0". */
  order: OrderKey;
  /** Default: "regular". */
  role: "regular" | "master" | "effect" | "submix" | "vca";
  /** An id in `channels`, and the master's once that is gone. Default: null. */
  dest: EntityId | null;
  /** 1 to 64. Default: 2. */
  audioChannels: number;
  /** As a linear factor, 0 to 2. Default: 1. */
  volume: number;
  /** Normalized, 0 to 1. Default: 0.5. */
  pan: number;
  /** Default: false. */
  mute: boolean;
  /** Default: false. */
  solo: boolean;
};

/** Some properties of an entity of `channels`. */
export type ChannelsProps = {
  name?: string;
  order?: OrderKey;
  role?: "regular" | "master" | "effect" | "submix" | "vca";
  /** An id in `channels`, and the master's once that is gone. */
  dest?: EntityId | null;
  /** 1 to 64. */
  audioChannels?: number;
  /** As a linear factor, 0 to 2. */
  volume?: number;
  /** Normalized, 0 to 1. */
  pan?: number;
  mute?: boolean;
  solo?: boolean;
};

/** An entity to insert into `channels`: the rest has defaults. */
export type NewChannelsEntity = {
  /** Default: "". */
  name?: string;
  /** Default: "a0". */
  order?: OrderKey;
  /** Default: "regular". */
  role?: "regular" | "master" | "effect" | "submix" | "vca";
  /** An id in `channels`, and the master's once that is gone. Default: null. */
  dest?: EntityId | null;
  /** 1 to 64. Default: 2. */
  audioChannels?: number;
  /** As a linear factor, 0 to 2. Default: 1. */
  volume?: number;
  /** Normalized, 0 to 1. Default: 0.5. */
  pan?: number;
  /** Default: false. */
  mute?: boolean;
  /** Default: false. */
  solo?: boolean;
};

/** Change properties of an entity; leaves of `params` merge, null removes a leaf. */
export type SetChannels = {
  op: "set";
  col: "channels";
  id: EntityId;
  props: ChannelsProps;
  expect?: ChannelsProps;
};

/** Add an entity under a client-made id; what is left out gets its default. */
export type InsertChannels = {
  op: "insert";
  col: "channels";
  id: EntityId;
  entity: NewChannelsEntity;
};

/** Remove an entity and, by the rules of the conflict table, what depends on it. With `alone` it is dropped as
 * `changed` if anything else still points at the entity. */
export type DeleteChannels = {
  op: "delete";
  col: "channels";
  id: EntityId;
  expect?: ChannelsProps;
  /** Default: false. */
  alone?: boolean;
};

/** Give an entity another parent, order key or time, as one unit; checked for cycles. */
export type MoveChannels = {
  op: "move";
  col: "channels";
  id: EntityId;
  order?: OrderKey;
  /** An id in `channels`, and the master's once that is gone. */
  parent?: EntityId | null;
  expect?: ChannelsProps;
};

/** An entity of `sends`, as the project state holds it. */
export type SendsEntity = {
  /** An id in `channels`, and gone with it. */
  channel: EntityId;
  /** An id in `channels`, and gone with it. */
  dest: EntityId;
  /** Default: "a0". */
  order: OrderKey;
  /** Default: "post". */
  type: "pre" | "post";
  /** Default: true. */
  enable: boolean;
  /** As a linear factor, 0 to 2. Default: 1. */
  volume: number;
  /** Normalized, 0 to 1. Default: 0.5. */
  pan: number;
};

/** Some properties of an entity of `sends`. */
export type SendsProps = {
  /** An id in `channels`, and gone with it. */
  channel?: EntityId;
  /** An id in `channels`, and gone with it. */
  dest?: EntityId;
  order?: OrderKey;
  type?: "pre" | "post";
  enable?: boolean;
  /** As a linear factor, 0 to 2. */
  volume?: number;
  /** Normalized, 0 to 1. */
  pan?: number;
};

/** An entity to insert into `sends`: the rest has defaults. */
export type NewSendsEntity = {
  /** An id in `channels`, and gone with it. */
  channel: EntityId;
  /** An id in `channels`, and gone with it. */
  dest: EntityId;
  /** Default: "a0". */
  order?: OrderKey;
  /** Default: "post". */
  type?: "pre" | "post";
  /** Default: true. */
  enable?: boolean;
  /** As a linear factor, 0 to 2. Default: 1. */
  volume?: number;
  /** Normalized, 0 to 1. Default: 0.5. */
  pan?: number;
};

/** Change properties of an entity; leaves of `params` merge, null removes a leaf. */
export type SetSends = {
  op: "set";
  col: "sends";
  id: EntityId;
  props: SendsProps;
  expect?: SendsProps;
};

/** Add an entity under a client-made id; what is left out gets its default. */
export type InsertSends = {
  op: "insert";
  col: "sends";
  id: EntityId;
  entity: NewSendsEntity;
};

/** Remove an entity and, by the rules of the conflict table, what depends on it. With `alone` it is dropped as
 * `changed` if anything else still points at the entity. */
export type DeleteSends = {
  op: "delete";
  col: "sends";
  id: EntityId;
  expect?: SendsProps;
  /** Default: false. */
  alone?: boolean;
};

/** Give an entity another parent, order key or time, as one unit; checked for cycles. */
export type MoveSends = {
  op: "move";
  col: "sends";
  id: EntityId;
  order?: OrderKey;
  /** An id in `channels`, and gone with it. */
  parent?: EntityId;
  expect?: SendsProps;
};

/** An entity of `devices`, as the project state holds it. */
export type DevicesEntity = {
  /** An id in `channels`, and gone with it. */
  channel: EntityId;
  /** Default: "a0". */
  order: OrderKey;
  /** Default: "audioFX". */
  role: "instrument" | "noteFX" | "audioFX" | "analyzer";
  /** Default: "builtin". */
  format: string;
  /** Default: "". */
  deviceId: string;
  /** Default: "". */
  name: string;
  /** Default: true. */
  enabled: boolean;
  /** Default: null. */
  stateRef: string | null;
  /** Default: null. */
  presetId: string | null;
  /** Default: {}. */
  params: Leaves;
};

/** Some properties of an entity of `devices`. */
export type DevicesProps = {
  /** An id in `channels`, and gone with it. */
  channel?: EntityId;
  order?: OrderKey;
  role?: "instrument" | "noteFX" | "audioFX" | "analyzer";
  format?: string;
  deviceId?: string;
  name?: string;
  enabled?: boolean;
  stateRef?: string | null;
  presetId?: string | null;
  params?: ChangedLeaves;
};

/** An entity to insert into `devices`: the rest has defaults. */
export type NewDevicesEntity = {
  /** An id in `channels`, and gone with it. */
  channel: EntityId;
  /** Default: "a0". */
  order?: OrderKey;
  /** Default: "audioFX". */
  role?: "instrument" | "noteFX" | "audioFX" | "analyzer";
  /** Default: "builtin". */
  format?: string;
  /** Default: "". */
  deviceId?: string;
  /** Default: "". */
  name?: string;
  /** Default: true. */
  enabled?: boolean;
  /** Default: null. */
  stateRef?: string | null;
  /** Default: null. */
  presetId?: string | null;
  /** Default: {}. */
  params?: ChangedLeaves;
};

/** Change properties of an entity; leaves of `params` merge, null removes a leaf. */
export type SetDevices = {
  op: "set";
  col: "devices";
  id: EntityId;
  props: DevicesProps;
  expect?: DevicesProps;
};

/** Add an entity under a client-made id; what is left out gets its default. */
export type InsertDevices = {
  op: "insert";
  col: "devices";
  id: EntityId;
  entity: NewDevicesEntity;
};

/** Remove an entity and, by the rules of the conflict table, what depends on it. With `alone` it is dropped as
 * `changed` if anything else still points at the entity. */
export type DeleteDevices = {
  op: "delete";
  col: "devices";
  id: EntityId;
  expect?: DevicesProps;
  /** Default: false. */
  alone?: boolean;
};

/** Give an entity another parent, order key or time, as one unit; checked for cycles. */
export type MoveDevices = {
  op: "move";
  col: "devices";
  id: EntityId;
  order?: OrderKey;
  /** An id in `channels`, and gone with it. */
  parent?: EntityId;
  expect?: DevicesProps;
};

/** An entity of `clips`, as the project state holds it. */
export type ClipsEntity = {
  /** An id in `tracks`, and gone with it. */
  track: EntityId;
  /** Default: "notes". */
  kind: "notes" | "audio" | "automation" | "video";
  /** In beats, 0 to 1,000,000. */
  time: number;
  /** In beats, above 0, at most 1,000,000. */
  duration: number;
  /** In beats, or seconds by contentTimeUnit, -1,000,000 to 1,000,000. Default: 0. */
  playStart: number;
  /** In beats, or seconds by contentTimeUnit, 0 to 1,000,000. Default: null. */
  loopStart: number | null;
  /** In beats, or seconds by contentTimeUnit, 0 to 1,000,000. Default: null. */
  loopEnd: number | null;
  /** Default: "beats". */
  contentTimeUnit: "beats" | "seconds";
  /** In beats, 0 to 1,000,000. Default: 0. */
  fadeIn: number;
  /** In beats, 0 to 1,000,000. Default: 0. */
  fadeOut: number;
  /** As a linear factor, 0 to 8. Default: 1. */
  gain: number;
  /** Default: true. */
  enable: boolean;
  /** Default: "". */
  name: string;
  /** Default: null. */
  color: string | null;
  /** An id in `media`, and null once that is gone. Default: null. */
  media: EntityId | null;
  /** An id in `clips`, and gone with it. Default: null. */
  ref: EntityId | null;
  /** An id in `slots`, and gone with it. Default: null. */
  slot: EntityId | null;
  /** 0 to 1,000. Default: 0. */
  lane: number;
};

/** Some properties of an entity of `clips`. */
export type ClipsProps = {
  /** An id in `tracks`, and gone with it. */
  track?: EntityId;
  kind?: "notes" | "audio" | "automation" | "video";
  /** In beats, 0 to 1,000,000. */
  time?: number;
  /** In beats, above 0, at most 1,000,000. */
  duration?: number;
  /** In beats, or seconds by contentTimeUnit, -1,000,000 to 1,000,000. */
  playStart?: number;
  /** In beats, or seconds by contentTimeUnit, 0 to 1,000,000. */
  loopStart?: number | null;
  /** In beats, or seconds by contentTimeUnit, 0 to 1,000,000. */
  loopEnd?: number | null;
  contentTimeUnit?: "beats" | "seconds";
  /** In beats, 0 to 1,000,000. */
  fadeIn?: number;
  /** In beats, 0 to 1,000,000. */
  fadeOut?: number;
  /** As a linear factor, 0 to 8. */
  gain?: number;
  enable?: boolean;
  name?: string;
  color?: string | null;
  /** An id in `media`, and null once that is gone. */
  media?: EntityId | null;
  /** An id in `clips`, and gone with it. */
  ref?: EntityId | null;
  /** An id in `slots`, and gone with it. */
  slot?: EntityId | null;
  /** 0 to 1,000. */
  lane?: number;
};

/** An entity to insert into `clips`: the rest has defaults. */
export type NewClipsEntity = {
  /** An id in `tracks`, and gone with it. */
  track: EntityId;
  /** Default: "notes". */
  kind?: "notes" | "audio" | "automation" | "video";
  /** In beats, 0 to 1,000,000. */
  time: number;
  /** In beats, above 0, at most 1,000,000. */
  duration: number;
  /** In beats, or seconds by contentTimeUnit, -1,000,000 to 1,000,000. Default: 0. */
  playStart?: number;
  /** In beats, or seconds by contentTimeUnit, 0 to 1,000,000. Default: null. */
  loopStart?: number | null;
  /** In beats, or seconds by contentTimeUnit, 0 to 1,000,000. Default: null. */
  loopEnd?: number | null;
  /** Default: "beats". */
  contentTimeUnit?: "beats" | "seconds";
  /** In beats, 0 to 1,000,000. Default: 0. */
  fadeIn?: number;
  /** In beats, 0 to 1,000,000. Default: 0. */
  fadeOut?: number;
  /** As a linear factor, 0 to 8. Default: 1. */
  gain?: number;
  /** Default: true. */
  enable?: boolean;
  /** Default: "". */
  name?: string;
  /** Default: null. */
  color?: string | null;
  /** An id in `media`, and null once that is gone. Default: null. */
  media?: EntityId | null;
  /** An id in `clips`, and gone with it. Default: null. */
  ref?: EntityId | null;
  /** An id in `slots`, and gone with it. Default: null. */
  slot?: EntityId | null;
  /** 0 to 1,000. Default: 0. */
  lane?: number;
};

/** Change properties of an entity; leaves of `params` merge, null removes a leaf. */
export type SetClips = {
  op: "set";
  col: "clips";
  id: EntityId;
  props: ClipsProps;
  expect?: ClipsProps;
};

/** Add an entity under a client-made id; what is left out gets its default. */
export type InsertClips = {
  op: "insert";
  col: "clips";
  id: EntityId;
  entity: NewClipsEntity;
};

/** Remove an entity and, by the rules of the conflict table, what depends on it. With `alone` it is dropped as
 * `changed` if anything else still points at the entity. */
export type DeleteClips = {
  op: "delete";
  col: "clips";
  id: EntityId;
  expect?: ClipsProps;
  /** Default: false. */
  alone?: boolean;
};

/** Give an entity another parent, order key or time, as one unit; checked for cycles. */
export type MoveClips = {
  op: "move";
  col: "clips";
  id: EntityId;
  /** In beats, 0 to 1,000,000. */
  time?: number;
  /** An id in `tracks`, and gone with it. */
  parent?: EntityId;
  expect?: ClipsProps;
};

/** An entity of `notes`, as the project state holds it. */
export type NotesEntity = {
  /** An id in `clips`, and gone with it. */
  clip: EntityId;
  /** In beats, -1,000,000 to 1,000,000. */
  time: number;
  /** In beats, above 0, at most 1,000,000. */
  duration: number;
  /** As a MIDI key, 0 to 127. */
  key: number;
  /** Normalized, 0 to 1. Default: 0.8. */
  vel: number;
  /** Normalized, 0 to 1. Default: 0.8. */
  rel: number;
  /** Normalized, 0 to 1. Default: 0.5. */
  pan: number;
  /** 0 to 15. Default: 0. */
  ch: number;
};

/** Some properties of an entity of `notes`. */
export type NotesProps = {
  /** An id in `clips`, and gone with it. */
  clip?: EntityId;
  /** In beats, -1,000,000 to 1,000,000. */
  time?: number;
  /** In beats, above 0, at most 1,000,000. */
  duration?: number;
  /** As a MIDI key, 0 to 127. */
  key?: number;
  /** Normalized, 0 to 1. */
  vel?: number;
  /** Normalized, 0 to 1. */
  rel?: number;
  /** Normalized, 0 to 1. */
  pan?: number;
  /** 0 to 15. */
  ch?: number;
};

/** An entity to insert into `notes`: the rest has defaults. */
export type NewNotesEntity = {
  /** An id in `clips`, and gone with it. */
  clip: EntityId;
  /** In beats, -1,000,000 to 1,000,000. */
  time: number;
  /** In beats, above 0, at most 1,000,000. */
  duration: number;
  /** As a MIDI key, 0 to 127. */
  key: number;
  /** Normalized, 0 to 1. Default: 0.8. */
  vel?: number;
  /** Normalized, 0 to 1. Default: 0.8. */
  rel?: number;
  /** Normalized, 0 to 1. Default: 0.5. */
  pan?: number;
  /** 0 to 15. Default: 0. */
  ch?: number;
};

/** Change properties of an entity; leaves of `params` merge, null removes a leaf. */
export type SetNotes = {
  op: "set";
  col: "notes";
  id: EntityId;
  props: NotesProps;
  expect?: NotesProps;
};

/** Add an entity under a client-made id; what is left out gets its default. */
export type InsertNotes = {
  op: "insert";
  col: "notes";
  id: EntityId;
  entity: NewNotesEntity;
};

/** Remove an entity and, by the rules of the conflict table, what depends on it. With `alone` it is dropped as
 * `changed` if anything else still points at the entity. */
export type DeleteNotes = {
  op: "delete";
  col: "notes";
  id: EntityId;
  expect?: NotesProps;
  /** Default: false. */
  alone?: boolean;
};

/** Give an entity another parent, order key or time, as one unit; checked for cycles. */
export type MoveNotes = {
  op: "move";
  col: "notes";
  id: EntityId;
  /** In beats, -1,000,000 to 1,000,000. */
  time?: number;
  /** An id in `clips`, and gone with it. */
  parent?: EntityId;
  expect?: NotesProps;
};

/** An entity of `lanes`, as the project state holds it. */
export type LanesEntity = {
  /** An id in `tracks`, and gone with it. Default: null. */
  track: EntityId | null;
  /** An id in `clips`, and gone with it. Default: null. */
  clip: EntityId | null;
  /** collection/id/property, or collection/id/params/name */
  target: string;
  /** Default: "linear". */
  unit: "linear" | "normalized" | "percent" | "decibel" | "hertz" | "semitones" | "seconds" | "beats" | "bpm";
  /** Default: "". */
  name: string;
  /** Default: true. */
  enable: boolean;
};

/** Some properties of an entity of `lanes`. */
export type LanesProps = {
  /** An id in `tracks`, and gone with it. */
  track?: EntityId | null;
  /** An id in `clips`, and gone with it. */
  clip?: EntityId | null;
  /** collection/id/property, or collection/id/params/name */
  target?: string;
  unit?: "linear" | "normalized" | "percent" | "decibel" | "hertz" | "semitones" | "seconds" | "beats" | "bpm";
  name?: string;
  enable?: boolean;
};

/** An entity to insert into `lanes`: the rest has defaults. */
export type NewLanesEntity = {
  /** An id in `tracks`, and gone with it. Default: null. */
  track?: EntityId | null;
  /** An id in `clips`, and gone with it. Default: null. */
  clip?: EntityId | null;
  /** collection/id/property, or collection/id/params/name */
  target: string;
  /** Default: "linear". */
  unit?: "linear" | "normalized" | "percent" | "decibel" | "hertz" | "semitones" | "seconds" | "beats" | "bpm";
  /** Default: "". */
  name?: string;
  /** Default: true. */
  enable?: boolean;
};

/** Change properties of an entity; leaves of `params` merge, null removes a leaf. */
export type SetLanes = {
  op: "set";
  col: "lanes";
  id: EntityId;
  props: LanesProps;
  expect?: LanesProps;
};

/** Add an entity under a client-made id; what is left out gets its default. */
export type InsertLanes = {
  op: "insert";
  col: "lanes";
  id: EntityId;
  entity: NewLanesEntity;
};

/** Remove an entity and, by the rules of the conflict table, what depends on it. With `alone` it is dropped as
 * `changed` if anything else still points at the entity. */
export type DeleteLanes = {
  op: "delete";
  col: "lanes";
  id: EntityId;
  expect?: LanesProps;
  /** Default: false. */
  alone?: boolean;
};

/** Give an entity another parent, order key or time, as one unit; checked for cycles. */
export type MoveLanes = {
  op: "move";
  col: "lanes";
  id: EntityId;
  /** An id in `tracks`, and gone with it. */
  parent?: EntityId | null;
  expect?: LanesProps;
};

/** An entity of `points`, as the project state holds it. */
export type PointsEntity = {
  /** An id in `lanes`, and gone with it. */
  lane: EntityId;
  /** In beats, -1,000,000 to 1,000,000. */
  time: number;
  /** 0 to 1. Default: 0. */
  slot: number;
  /** In the lane's unit, -1,000,000,000 to 1,000,000,000. */
  value: number;
  /** Default: "linear". */
  interp: "hold" | "linear";
};

/** Some properties of an entity of `points`. */
export type PointsProps = {
  /** An id in `lanes`, and gone with it. */
  lane?: EntityId;
  /** In beats, -1,000,000 to 1,000,000. */
  time?: number;
  /** 0 to 1. */
  slot?: number;
  /** In the lane's unit, -1,000,000,000 to 1,000,000,000. */
  value?: number;
  interp?: "hold" | "linear";
};

/** An entity to insert into `points`: the rest has defaults. */
export type NewPointsEntity = {
  /** An id in `lanes`, and gone with it. */
  lane: EntityId;
  /** In beats, -1,000,000 to 1,000,000. */
  time: number;
  /** 0 to 1. Default: 0. */
  slot?: number;
  /** In the lane's unit, -1,000,000,000 to 1,000,000,000. */
  value: number;
  /** Default: "linear". */
  interp?: "hold" | "linear";
};

/** Change properties of an entity; leaves of `params` merge, null removes a leaf. */
export type SetPoints = {
  op: "set";
  col: "points";
  id: EntityId;
  props: PointsProps;
  expect?: PointsProps;
};

/** Add an entity under a client-made id; what is left out gets its default. */
export type InsertPoints = {
  op: "insert";
  col: "points";
  id: EntityId;
  entity: NewPointsEntity;
};

/** Remove an entity and, by the rules of the conflict table, what depends on it. With `alone` it is dropped as
 * `changed` if anything else still points at the entity. */
export type DeletePoints = {
  op: "delete";
  col: "points";
  id: EntityId;
  expect?: PointsProps;
  /** Default: false. */
  alone?: boolean;
};

/** Give an entity another parent, order key or time, as one unit; checked for cycles. */
export type MovePoints = {
  op: "move";
  col: "points";
  id: EntityId;
  /** In beats, -1,000,000 to 1,000,000. */
  time?: number;
  /** An id in `lanes`, and gone with it. */
  parent?: EntityId;
  expect?: PointsProps;
};

/** An entity of `warps`, as the project state holds it. */
export type WarpsEntity = {
  /** An id in `clips`, and gone with it. */
  clip: EntityId;
  /** In beats, -1,000,000 to 1,000,000. */
  time: number;
  /** In seconds, -1,000,000 to 1,000,000. */
  contentTime: number;
};

/** Some properties of an entity of `warps`. */
export type WarpsProps = {
  /** An id in `clips`, and gone with it. */
  clip?: EntityId;
  /** In beats, -1,000,000 to 1,000,000. */
  time?: number;
  /** In seconds, -1,000,000 to 1,000,000. */
  contentTime?: number;
};

/** An entity to insert into `warps`: the rest has defaults. */
export type NewWarpsEntity = {
  /** An id in `clips`, and gone with it. */
  clip: EntityId;
  /** In beats, -1,000,000 to 1,000,000. */
  time: number;
  /** In seconds, -1,000,000 to 1,000,000. */
  contentTime: number;
};

/** Change properties of an entity; leaves of `params` merge, null removes a leaf. */
export type SetWarps = {
  op: "set";
  col: "warps";
  id: EntityId;
  props: WarpsProps;
  expect?: WarpsProps;
};

/** Add an entity under a client-made id; what is left out gets its default. */
export type InsertWarps = {
  op: "insert";
  col: "warps";
  id: EntityId;
  entity: NewWarpsEntity;
};

/** Remove an entity and, by the rules of the conflict table, what depends on it. With `alone` it is dropped as
 * `changed` if anything else still points at the entity. */
export type DeleteWarps = {
  op: "delete";
  col: "warps";
  id: EntityId;
  expect?: WarpsProps;
  /** Default: false. */
  alone?: boolean;
};

/** Give an entity another parent, order key or time, as one unit; checked for cycles. */
export type MoveWarps = {
  op: "move";
  col: "warps";
  id: EntityId;
  /** In beats, -1,000,000 to 1,000,000. */
  time?: number;
  /** An id in `clips`, and gone with it. */
  parent?: EntityId;
  expect?: WarpsProps;
};

/** An entity of `scenes`, as the project state holds it. */
export type ScenesEntity = {
  /** Default: "". */
  name: string;
  /** Default: "a0". */
  order: OrderKey;
  /** Default: null. */
  color: string | null;
};

/** Some properties of an entity of `scenes`. */
export type ScenesProps = {
  name?: string;
  order?: OrderKey;
  color?: string | null;
};

/** An entity to insert into `scenes`: the rest has defaults. */
export type NewScenesEntity = {
  /** Default: "". */
  name?: string;
  /** Default: "a0". */
  order?: OrderKey;
  /** Default: null. */
  color?: string | null;
};

/** Change properties of an entity; leaves of `params` merge, null removes a leaf. */
export type SetScenes = {
  op: "set";
  col: "scenes";
  id: EntityId;
  props: ScenesProps;
  expect?: ScenesProps;
};

/** Add an entity under a client-made id; what is left out gets its default. */
export type InsertScenes = {
  op: "insert";
  col: "scenes";
  id: EntityId;
  entity: NewScenesEntity;
};

/** Remove an entity and, by the rules of the conflict table, what depends on it. With `alone` it is dropped as
 * `changed` if anything else still points at the entity. */
export type DeleteScenes = {
  op: "delete";
  col: "scenes";
  id: EntityId;
  expect?: ScenesProps;
  /** Default: false. */
  alone?: boolean;
};

/** Give an entity another parent, order key or time, as one unit; checked for cycles. */
export type MoveScenes = {
  op: "move";
  col: "scenes";
  id: EntityId;
  order?: OrderKey;
  expect?: ScenesProps;
};

/** An entity of `slots`, as the project state holds it. */
export type SlotsEntity = {
  /** An id in `scenes`, and gone with it. */
  scene: EntityId;
  /** An id in `tracks`, and gone with it. */
  track: EntityId;
  /** Default: true. */
  hasStop: boolean;
};

/** Some properties of an entity of `slots`. */
export type SlotsProps = {
  /** An id in `scenes`, and gone with it. */
  scene?: EntityId;
  /** An id in `tracks`, and gone with it. */
  track?: EntityId;
  hasStop?: boolean;
};

/** An entity to insert into `slots`: the rest has defaults. */
export type NewSlotsEntity = {
  /** An id in `scenes`, and gone with it. */
  scene: EntityId;
  /** An id in `tracks`, and gone with it. */
  track: EntityId;
  /** Default: true. */
  hasStop?: boolean;
};

/** Change properties of an entity; leaves of `params` merge, null removes a leaf. */
export type SetSlots = {
  op: "set";
  col: "slots";
  id: EntityId;
  props: SlotsProps;
  expect?: SlotsProps;
};

/** Add an entity under a client-made id; what is left out gets its default. */
export type InsertSlots = {
  op: "insert";
  col: "slots";
  id: EntityId;
  entity: NewSlotsEntity;
};

/** Remove an entity and, by the rules of the conflict table, what depends on it. With `alone` it is dropped as
 * `changed` if anything else still points at the entity. */
export type DeleteSlots = {
  op: "delete";
  col: "slots";
  id: EntityId;
  expect?: SlotsProps;
  /** Default: false. */
  alone?: boolean;
};

/** Give an entity another parent, order key or time, as one unit; checked for cycles. */
export type MoveSlots = {
  op: "move";
  col: "slots";
  id: EntityId;
  /** An id in `scenes`, and gone with it. */
  parent?: EntityId;
  expect?: SlotsProps;
};

/** An entity of `media`, as the project state holds it. */
export type MediaEntity = {
  /** Default: "". */
  name: string;
  /** Default: null. */
  audioFile: string | null;
  /** Default: null. */
  sha256: string | null;
  /** Default: null. */
  path: string | null;
  /** In seconds, 0 to 1,000,000. Default: null. */
  duration: number | null;
  /** In hertz, 1 to 1,000,000. Default: null. */
  sampleRate: number | null;
  /** 1 to 64. Default: 2. */
  channels: number;
  /** An id in `media`, and null once that is gone. Default: null. */
  stemOf: EntityId | null;
};

/** Some properties of an entity of `media`. */
export type MediaProps = {
  name?: string;
  audioFile?: string | null;
  sha256?: string | null;
  path?: string | null;
  /** In seconds, 0 to 1,000,000. */
  duration?: number | null;
  /** In hertz, 1 to 1,000,000. */
  sampleRate?: number | null;
  /** 1 to 64. */
  channels?: number;
  /** An id in `media`, and null once that is gone. */
  stemOf?: EntityId | null;
};

/** An entity to insert into `media`: the rest has defaults. */
export type NewMediaEntity = {
  /** Default: "". */
  name?: string;
  /** Default: null. */
  audioFile?: string | null;
  /** Default: null. */
  sha256?: string | null;
  /** Default: null. */
  path?: string | null;
  /** In seconds, 0 to 1,000,000. Default: null. */
  duration?: number | null;
  /** In hertz, 1 to 1,000,000. Default: null. */
  sampleRate?: number | null;
  /** 1 to 64. Default: 2. */
  channels?: number;
  /** An id in `media`, and null once that is gone. Default: null. */
  stemOf?: EntityId | null;
};

/** Change properties of an entity; leaves of `params` merge, null removes a leaf. */
export type SetMedia = {
  op: "set";
  col: "media";
  id: EntityId;
  props: MediaProps;
  expect?: MediaProps;
};

/** Add an entity under a client-made id; what is left out gets its default. */
export type InsertMedia = {
  op: "insert";
  col: "media";
  id: EntityId;
  entity: NewMediaEntity;
};

/** Remove an entity and, by the rules of the conflict table, what depends on it. With `alone` it is dropped as
 * `changed` if anything else still points at the entity. */
export type DeleteMedia = {
  op: "delete";
  col: "media";
  id: EntityId;
  expect?: MediaProps;
  /** Default: false. */
  alone?: boolean;
};

/** Values that an entity of `project` would have (see `gesture`). */
export type ShownProject = {
  col: "project";
  props: ProjectProps;
};

/** Values that an entity of `transport` would have (see `gesture`). */
export type ShownTransport = {
  col: "transport";
  props: TransportProps;
};

/** Values that an entity of `tempo` would have (see `gesture`). */
export type ShownTempo = {
  col: "tempo";
  props: TempoProps;
};

/** Values that an entity of `signatures` would have (see `gesture`). */
export type ShownSignatures = {
  col: "signatures";
  props: SignaturesProps;
};

/** Values that an entity of `markers` would have (see `gesture`). */
export type ShownMarkers = {
  col: "markers";
  props: MarkersProps;
};

/** Values that an entity of `tracks` would have (see `gesture`). */
export type ShownTracks = {
  col: "tracks";
  props: TracksProps;
};

/** Values that an entity of `channels` would have (see `gesture`). */
export type ShownChannels = {
  col: "channels";
  props: ChannelsProps;
};

/** Values that an entity of `sends` would have (see `gesture`). */
export type ShownSends = {
  col: "sends";
  props: SendsProps;
};

/** Values that an entity of `devices` would have (see `gesture`). */
export type ShownDevices = {
  col: "devices";
  props: DevicesProps;
};

/** Values that an entity of `clips` would have (see `gesture`). */
export type ShownClips = {
  col: "clips";
  props: ClipsProps;
};

/** Values that an entity of `notes` would have (see `gesture`). */
export type ShownNotes = {
  col: "notes";
  props: NotesProps;
};

/** Values that an entity of `lanes` would have (see `gesture`). */
export type ShownLanes = {
  col: "lanes";
  props: LanesProps;
};

/** Values that an entity of `points` would have (see `gesture`). */
export type ShownPoints = {
  col: "points";
  props: PointsProps;
};

/** Values that an entity of `warps` would have (see `gesture`). */
export type ShownWarps = {
  col: "warps";
  props: WarpsProps;
};

/** Values that an entity of `scenes` would have (see `gesture`). */
export type ShownScenes = {
  col: "scenes";
  props: ScenesProps;
};

/** Values that an entity of `slots` would have (see `gesture`). */
export type ShownSlots = {
  col: "slots";
  props: SlotsProps;
};

/** Values that an entity of `media` would have (see `gesture`). */
export type ShownMedia = {
  col: "media";
  props: MediaProps;
};

export type Op = SetProject | SetTransport | SetTempo | InsertTempo | DeleteTempo | MoveTempo | SetSignatures | InsertSignatures | DeleteSignatures | MoveSignatures | SetMarkers | InsertMarkers | DeleteMarkers | MoveMarkers | SetTracks | InsertTracks | DeleteTracks | MoveTracks | SetChannels | InsertChannels | DeleteChannels | MoveChannels | SetSends | InsertSends | DeleteSends | MoveSends | SetDevices | InsertDevices | DeleteDevices | MoveDevices | SetClips | InsertClips | DeleteClips | MoveClips | SetNotes | InsertNotes | DeleteNotes | MoveNotes | SetLanes | InsertLanes | DeleteLanes | MoveLanes | SetPoints | InsertPoints | DeletePoints | MovePoints | SetWarps | InsertWarps | DeleteWarps | MoveWarps | SetScenes | InsertScenes | DeleteScenes | MoveScenes | SetSlots | InsertSlots | DeleteSlots | MoveSlots | SetMedia | InsertMedia | DeleteMedia;

/** The values that an entity would have if a gesture ended now. */
export type Previewed = ShownProject | ShownTransport | ShownTempo | ShownSignatures | ShownMarkers | ShownTracks | ShownChannels | ShownSends | ShownDevices | ShownClips | ShownNotes | ShownLanes | ShownPoints | ShownWarps | ShownScenes | ShownSlots | ShownMedia;
