CREATE TABLE access_token (
    id TEXT NOT NULL PRIMARY KEY,
    subject TEXT NOT NULL,
    teams TEXT NOT NULL,
    roles TEXT NOT NULL,
    description TEXT,
    digest TEXT NOT NULL UNIQUE,
    created_at INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    expires_at INTEGER,
    last_used_at INTEGER,
    revoked_at INTEGER,
    revision INTEGER NOT NULL CHECK (revision > 0)
) STRICT;
CREATE INDEX access_token_by_subject ON access_token (subject, id);
CREATE TABLE approval (
    id TEXT NOT NULL PRIMARY KEY,
    request_id TEXT NOT NULL REFERENCES endpoint_request (id),
    service_id TEXT NOT NULL REFERENCES published_service (id),
    producer_team_id TEXT NOT NULL REFERENCES team (id),
    consumer_team_id TEXT NOT NULL REFERENCES team (id),
    verdict TEXT NOT NULL CHECK (verdict IN ('approve', 'reject')),
    reason TEXT NOT NULL,
    decided_by TEXT NOT NULL,
    origin TEXT NOT NULL CHECK (origin IN ('person', 'policy')),
    as_admin INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX approval_by_consumer ON approval (consumer_team_id, verdict, id);
CREATE INDEX approval_by_producer ON approval (producer_team_id, verdict, id);
CREATE INDEX approval_by_request ON approval (request_id, id);
CREATE INDEX approval_by_service ON approval (service_id, verdict, id);
CREATE INDEX approval_by_verdict ON approval (verdict, id);
CREATE TABLE cloud_account (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    team_id TEXT NOT NULL REFERENCES team (id),
    provider TEXT NOT NULL CHECK (provider IN ('gcp', 'aws')),
    native_id TEXT NOT NULL,
    access_identity TEXT,
    access_external_id TEXT,
    access_regions TEXT NOT NULL,
    description TEXT,
    networks_observed_at INTEGER,
    last_error TEXT,
    due_at INTEGER,
    attempts INTEGER NOT NULL,
    lease_owner TEXT,
    lease_expires_at INTEGER,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    revision INTEGER NOT NULL CHECK (revision > 0),
    UNIQUE (provider, native_id),
    CHECK ((lease_owner IS NULL) = (lease_expires_at IS NULL))
) STRICT;
CREATE INDEX cloud_account_by_team ON cloud_account (team_id, id);
CREATE INDEX cloud_account_due ON cloud_account (due_at, id) WHERE due_at IS NOT NULL;
CREATE TABLE connection (
    service_id TEXT NOT NULL REFERENCES published_service (id),
    native_id TEXT NOT NULL,
    account_native_id TEXT NOT NULL,
    network_native_id TEXT,
    status TEXT NOT NULL CHECK (
        status IN ('pending', 'accepted', 'rejected', 'closed', 'needs_attention', 'unknown')
    ),
    native_status TEXT NOT NULL,
    is_serving INTEGER NOT NULL,
    endpoint_id TEXT,
    first_seen_at INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL,
    PRIMARY KEY (service_id, native_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE endpoint (
    id TEXT NOT NULL PRIMARY KEY,
    request_id TEXT NOT NULL REFERENCES endpoint_request (id),
    service_id TEXT NOT NULL REFERENCES published_service (id),
    producer_team_id TEXT NOT NULL REFERENCES team (id),
    consumer_team_id TEXT NOT NULL REFERENCES team (id),
    account_id TEXT NOT NULL REFERENCES cloud_account (id),
    network_id TEXT,
    subnet TEXT,
    mode TEXT NOT NULL CHECK (mode IN ('managed', 'self_managed')),
    requested_address TEXT,
    additional_subnets TEXT NOT NULL,
    security_groups TEXT NOT NULL,
    private_dns INTEGER NOT NULL,
    ip_address_type TEXT CHECK (ip_address_type IN ('ipv4', 'dualstack', 'ipv6')),
    global_access INTEGER NOT NULL,
    desired TEXT NOT NULL CHECK (desired IN ('present', 'absent')),
    phase TEXT NOT NULL CHECK (
        phase IN (
            'admitting', 'creating', 'connecting', 'active', 'awaiting_consumer', 'attention', 'failing',
            'failed', 'closing', 'closed'
        )
    ),
    native_id TEXT,
    addresses TEXT NOT NULL,
    dns_names TEXT NOT NULL,
    connection_status TEXT,
    native_status TEXT,
    has_been_active INTEGER NOT NULL,
    intent_action TEXT,
    intent_token TEXT,
    calls_begun INTEGER NOT NULL,
    last_error TEXT,
    due_at INTEGER,
    attempts INTEGER NOT NULL,
    lease_owner TEXT,
    lease_expires_at INTEGER,
    expires_at INTEGER,
    closing_kind TEXT CHECK (closing_kind IN ('revoked', 'released', 'expired', 'withdrawn', 'rejected')),
    closing_by TEXT,
    closing_reason TEXT,
    closing_at INTEGER,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    closed_at INTEGER,
    revision INTEGER NOT NULL CHECK (revision > 0), unseen_calls TEXT NOT NULL DEFAULT '[]',
    CHECK ((intent_action IS NULL) = (intent_token IS NULL)),
    CHECK ((lease_owner IS NULL) = (lease_expires_at IS NULL))
) STRICT;
CREATE INDEX endpoint_by_account ON endpoint (account_id, phase, id);
CREATE INDEX endpoint_by_consumer ON endpoint (consumer_team_id, phase, id);
CREATE INDEX endpoint_by_native ON endpoint (service_id, native_id, request_id) WHERE native_id IS NOT NULL;
CREATE INDEX endpoint_by_phase ON endpoint (phase, id);
CREATE INDEX endpoint_by_producer ON endpoint (producer_team_id, phase, id);
CREATE INDEX endpoint_by_service ON endpoint (service_id, phase, id);
CREATE INDEX endpoint_due ON endpoint (due_at, id) WHERE due_at IS NOT NULL;
CREATE INDEX endpoint_open ON endpoint (service_id, account_id, id) WHERE phase <> 'closed';
CREATE INDEX endpoint_overdue ON endpoint (expires_at, id) WHERE desired = 'present' AND expires_at IS NOT NULL;
CREATE TABLE endpoint_request (
    id TEXT NOT NULL PRIMARY KEY,
    origin TEXT NOT NULL CHECK (origin IN ('filed', 'discovered')),
    service_id TEXT NOT NULL REFERENCES published_service (id),
    producer_team_id TEXT NOT NULL REFERENCES team (id),
    consumer_team_id TEXT NOT NULL REFERENCES team (id),
    account_id TEXT NOT NULL REFERENCES cloud_account (id),
    network_id TEXT REFERENCES network (id),
    subnet TEXT,
    mode TEXT NOT NULL CHECK (mode IN ('managed', 'self_managed')),
    native_endpoint_id TEXT,
    requested_address TEXT,
    additional_subnets TEXT NOT NULL,
    security_groups TEXT NOT NULL,
    private_dns INTEGER NOT NULL,
    ip_address_type TEXT CHECK (ip_address_type IN ('ipv4', 'dualstack', 'ipv6')),
    global_access INTEGER NOT NULL,
    reason TEXT NOT NULL,
    ticket TEXT,
    lifetime INTEGER,
    lives_until INTEGER,
    state TEXT NOT NULL CHECK (state IN ('pending', 'approved', 'rejected', 'withdrawn', 'expired')),
    approvals_required INTEGER NOT NULL,
    findings TEXT NOT NULL,
    requested_by TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    resolved_at INTEGER,
    endpoint_id TEXT,
    updated_at INTEGER NOT NULL,
    revision INTEGER NOT NULL CHECK (revision > 0),
    CHECK (lifetime IS NULL OR lives_until IS NULL)
) STRICT;
CREATE INDEX endpoint_request_by_account ON endpoint_request (account_id, state, id);
CREATE INDEX endpoint_request_by_consumer ON endpoint_request (consumer_team_id, state, id);
CREATE INDEX endpoint_request_by_native ON endpoint_request (service_id, native_endpoint_id, id)
    WHERE native_endpoint_id IS NOT NULL;
CREATE INDEX endpoint_request_by_producer ON endpoint_request (producer_team_id, state, id);
CREATE INDEX endpoint_request_by_service ON endpoint_request (service_id, state, id);
CREATE INDEX endpoint_request_by_state ON endpoint_request (state, id);
CREATE INDEX endpoint_request_by_subnet ON endpoint_request (network_id, subnet, service_id, id);
CREATE INDEX endpoint_request_overdue ON endpoint_request (expires_at, id) WHERE state = 'pending';
CREATE TABLE event (
    sequence INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    at INTEGER NOT NULL,
    actor_kind TEXT NOT NULL CHECK (actor_kind IN ('user', 'policy', 'system')),
    actor_subject TEXT NOT NULL,
    http_request_id TEXT,
    team_id TEXT,
    token_id TEXT,
    account_id TEXT,
    network_id TEXT,
    service_id TEXT,
    request_id TEXT,
    endpoint_id TEXT,
    producer_team_id TEXT,
    consumer_team_id TEXT,
    detail TEXT NOT NULL,
    previous_hash TEXT NOT NULL,
    hash TEXT NOT NULL
) STRICT;
CREATE INDEX event_by_consumer ON event (consumer_team_id, sequence) WHERE consumer_team_id IS NOT NULL;
CREATE INDEX event_by_endpoint ON event (endpoint_id, sequence) WHERE endpoint_id IS NOT NULL;
CREATE INDEX event_by_kind ON event (kind, sequence);
CREATE INDEX event_by_producer ON event (producer_team_id, sequence) WHERE producer_team_id IS NOT NULL;
CREATE INDEX event_by_request ON event (request_id, sequence) WHERE request_id IS NOT NULL;
CREATE INDEX event_by_service ON event (service_id, sequence) WHERE service_id IS NOT NULL;
CREATE INDEX event_by_team ON event (team_id, sequence) WHERE team_id IS NOT NULL;
CREATE TRIGGER event_is_final BEFORE UPDATE ON event
    BEGIN SELECT RAISE(ABORT, 'an event is never changed'); END;
CREATE TRIGGER event_stays BEFORE DELETE ON event
    BEGIN SELECT RAISE(ABORT, 'an event is never removed'); END;
CREATE TABLE network (
    id TEXT NOT NULL PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES cloud_account (id),
    account_team_id TEXT NOT NULL REFERENCES team (id),
    name TEXT NOT NULL,
    native_id TEXT NOT NULL,
    region TEXT,
    ranges TEXT NOT NULL,
    subnets TEXT NOT NULL,
    source TEXT NOT NULL CHECK (source IN ('discovered', 'declared')),
    observed_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    revision INTEGER NOT NULL CHECK (revision > 0),
    UNIQUE (account_id, native_id)
) STRICT;
CREATE INDEX network_by_account ON network (account_id, id);
CREATE INDEX network_by_team ON network (account_team_id, id);
CREATE TABLE published_service (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    team_id TEXT NOT NULL REFERENCES team (id),
    account_id TEXT NOT NULL REFERENCES cloud_account (id),
    provider TEXT NOT NULL CHECK (provider IN ('gcp', 'aws')),
    region TEXT NOT NULL,
    description TEXT,
    documentation_url TEXT,
    adopted_native_id TEXT,
    load_balancer TEXT,
    nat_subnets TEXT NOT NULL,
    proxy_protocol INTEGER NOT NULL,
    domain_name TEXT,
    supported_regions TEXT NOT NULL,
    native_id TEXT,
    service_name TEXT,
    visible_to TEXT,
    accepted_teams TEXT NOT NULL,
    accepted_accounts TEXT NOT NULL,
    denied_teams TEXT NOT NULL,
    denied_accounts TEXT NOT NULL,
    approvals_required INTEGER NOT NULL,
    allows_self_approval INTEGER NOT NULL,
    maximum_lifetime INTEGER,
    request_ttl INTEGER NOT NULL,
    minimum_reason_length INTEGER NOT NULL,
    recreates_deleted_endpoints INTEGER NOT NULL,
    desired TEXT NOT NULL CHECK (desired IN ('published', 'withdrawn')),
    phase TEXT NOT NULL CHECK (
        phase IN ('publishing', 'available', 'attention', 'failing', 'failed', 'retiring', 'retired')
    ),
    warnings TEXT NOT NULL,
    last_error TEXT,
    due_at INTEGER,
    attempts INTEGER NOT NULL,
    lease_owner TEXT,
    lease_expires_at INTEGER,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    revision INTEGER NOT NULL CHECK (revision > 0),
    CHECK ((adopted_native_id IS NULL) <> (load_balancer IS NULL)),
    CHECK ((lease_owner IS NULL) = (lease_expires_at IS NULL))
) STRICT;
CREATE INDEX published_service_by_team ON published_service (team_id, id);
CREATE INDEX published_service_due ON published_service (due_at, id) WHERE due_at IS NOT NULL;
CREATE INDEX published_service_open ON published_service (account_id, id) WHERE phase <> 'retired';
CREATE INDEX published_service_public ON published_service (id) WHERE visible_to IS NULL;
CREATE TABLE service_viewer (
    team_id TEXT NOT NULL REFERENCES team (id),
    service_id TEXT NOT NULL REFERENCES published_service (id),
    PRIMARY KEY (team_id, service_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX service_viewer_by_service ON service_viewer (service_id);
CREATE TABLE stored_reply (
    subject TEXT NOT NULL,
    key TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    status INTEGER NOT NULL,
    headers TEXT NOT NULL,
    body TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (subject, key)
) STRICT;
CREATE INDEX stored_reply_by_age ON stored_reply (created_at);
CREATE TABLE team (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    description TEXT,
    contact TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    revision INTEGER NOT NULL CHECK (revision > 0)
) STRICT;
CREATE TABLE write_probe (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    writes INTEGER NOT NULL
) STRICT;
