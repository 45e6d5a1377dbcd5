PRAGMA user_version = 1;
CREATE TABLE article (
  id INTEGER PRIMARY KEY,
  ref TEXT NOT NULL UNIQUE,       -- the front matter's id, else the path, else "backend:remote id"
  remote_id TEXT UNIQUE,
  title TEXT NOT NULL,
  body TEXT NOT NULL,
  audience TEXT NOT NULL,
  tags TEXT NOT NULL DEFAULT '[]',
  product TEXT,
  language TEXT,
  review TEXT,
  url TEXT,
  updated INTEGER,
  used INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE attachment (
  event_key INTEGER NOT NULL REFERENCES event(key) ON UPDATE CASCADE ON DELETE CASCADE,
  n INTEGER NOT NULL,
  remote_id TEXT NOT NULL,
  name TEXT NOT NULL,
  content_type TEXT NOT NULL,
  size INTEGER,
  PRIMARY KEY (event_key, n)
) WITHOUT ROWID;
CREATE TABLE audit (
  n INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  ticket_id INTEGER,
  command_id TEXT,
  detail TEXT NOT NULL DEFAULT '{}' -- never message text
);
INSERT INTO "audit" VALUES(1,1795186800000,'ana','reply',1,'01a1f978-b580-7f07-92e2-576beb99619f','{"hold": 10.0}');
INSERT INTO "audit" VALUES(2,1795186860000,'ana','reply',1,'01a1f979-9fe0-734b-9873-9feecefda2a8','{"hold": 10.0}');
INSERT INTO "audit" VALUES(3,1795186920000,'ana','assign',2,'01a1f97a-8a40-7e11-89a4-a5ba0c81b8df','{"hold": 10.0}');
INSERT INTO "audit" VALUES(4,1795186980000,'ana','note',3,'01a1f97b-74a0-76cb-b1d3-5d7f9cda0329','{"hold": 10.0}');
INSERT INTO "audit" VALUES(5,1795187040000,'ana','reply',4,'01a1f97c-5f00-777f-9849-0541779c58c4','{"hold": 3600}');
CREATE TABLE customer (
  id INTEGER PRIMARY KEY,
  remote_id TEXT UNIQUE,
  name TEXT NOT NULL,
  social_name TEXT,
  segment TEXT,
  preferred_channel TEXT,
  language TEXT,
  updated INTEGER NOT NULL,
  merged_into INTEGER REFERENCES customer(id)
);
INSERT INTO "customer" VALUES(1,'c0','Ana Conceição 0',NULL,NULL,NULL,NULL,1795186800000,NULL);
INSERT INTO "customer" VALUES(2,'c1','João Conceição 1',NULL,NULL,NULL,NULL,1795186800000,NULL);
CREATE TABLE directory (
  kind TEXT NOT NULL,             -- agent | team | wrap_up | reason | tag
  key TEXT NOT NULL,
  label TEXT NOT NULL,
  tier TEXT,
  PRIMARY KEY (kind, key)
) WITHOUT ROWID;
INSERT INTO "directory" VALUES('agent','ana','Ana',NULL);
INSERT INTO "directory" VALUES('agent','bruno','Bruno',NULL);
INSERT INTO "directory" VALUES('team','financeiro','Financeiro',NULL);
INSERT INTO "directory" VALUES('team','loja','Loja',NULL);
CREATE TABLE draft (
  slot TEXT PRIMARY KEY,          -- "<ticket id>:reply", "<ticket id>:note" or "new:<uuid>"
  ticket_id INTEGER,
  kind TEXT NOT NULL,             -- reply | note | new
  text TEXT NOT NULL,
  cursor_line INTEGER NOT NULL DEFAULT 0,
  cursor_column INTEGER NOT NULL DEFAULT 0,
  extra TEXT NOT NULL DEFAULT '{}',
  updated INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO "draft" VALUES('3:reply',3,'reply','rascunho guardado',0,5,'{}',1795187100000);
CREATE TABLE event (
  key INTEGER PRIMARY KEY,
  remote_id TEXT UNIQUE,
  ticket_id INTEGER REFERENCES ticket(id),
  customer_id INTEGER NOT NULL REFERENCES customer(id),
  at INTEGER NOT NULL,
  kind TEXT NOT NULL,
  channel TEXT,
  direction TEXT NOT NULL,
  author_kind TEXT NOT NULL,
  author TEXT NOT NULL,
  public INTEGER NOT NULL,
  text TEXT NOT NULL,
  data TEXT NOT NULL DEFAULT '{}',
  command_id TEXT
);
INSERT INTO "event" VALUES(114891924480000,'e3-0',4,2,1795186320000,'message','email','inbound','customer','c1',1,'Código vezes gostaria para o para passou o já pedido fatura o no para o obrigado que obrigado disse de funciona já a a.','{}',NULL);
INSERT INTO "event" VALUES(114891928320000,'e2-0',3,2,1795186380000,'message','whatsapp','inbound','customer','c1',1,'De passou não uma duas o para a já rastreio funciona passou o duas mesma que marcada do já de chegou fatura gostaria no.','{}',NULL);
INSERT INTO "event" VALUES(114891928320001,'e3-1',4,2,1795186380000,'message','email','outbound','agent','ana',1,'Fatura o a apareceu o vezes rastreio apareceu dez rastreio pedido o apareceu rastreio paguei devolução pela ainda duas cartão já prazo pela entrega.','{}',NULL);
INSERT INTO "event" VALUES(114891932160000,'e1-0',2,1,1795186440000,'message','chat','inbound','customer','c0',1,'O o mas pela prazo o uma disse prazo loja obrigado prazo mesma paguei ninguém funciona e pedido de mas preciso foi para rastreio.','{}',NULL);
INSERT INTO "event" VALUES(114891932160001,'e2-1',3,2,1795186440000,'message','whatsapp','outbound','agent','ana',1,'Paguei a código vezes chegou disse chegou preciso não no dez no uma dez úteis foi hoje pela não código úteis a uma no.','{}',NULL);
INSERT INTO "event" VALUES(114891936000000,'e0-0',1,1,1795186500000,'message','email','inbound','customer','c0',1,'Dez disse ninguém resposta a mas a entrega duas do código a a disse no resposta código funciona devolução o entrega loja o pela.','{}',NULL);
INSERT INTO "event" VALUES(114891936000001,'e1-1',2,1,1795186500000,'message','chat','outbound','agent','ana',1,'Chegou de entrega o vezes a e a dez mesma rastreio úteis ontem o disse o o loja dez dez rastreio preciso chegou o.','{}',NULL);
INSERT INTO "event" VALUES(114891939840000,'e0-1',1,1,1795186560000,'message','email','outbound','agent','ana',1,'Prazo dez que resposta vezes paguei obrigado a e pedido dez apareceu que o paguei a uma rastreio o pedido pedido fatura de ontem.','{}',NULL);
INSERT INTO "event" VALUES(114891955200000,'x1',1,1,1795186800000,'message','email','outbound','agent','ana',1,'Olá! Já sai hoje.','{}','01a1f978-b580-7f07-92e2-576beb99619f');
INSERT INTO "event" VALUES(114891959040000,NULL,1,1,1795186860000,'message','email','outbound','agent','ana',1,'Chegou aí? “Sim”','{}','01a1f979-9fe0-734b-9873-9feecefda2a8');
INSERT INTO "event" VALUES(114891962880000,NULL,2,1,1795186920000,'field_change',NULL,'internal','agent','ana',0,'','{"field": "assignee", "old": "bruno", "new": "carla"}','01a1f97a-8a40-7e11-89a4-a5ba0c81b8df');
INSERT INTO "event" VALUES(114891966720000,NULL,3,2,1795186980000,'note',NULL,'internal','agent','ana',0,'conferir o estoque','{}','01a1f97b-74a0-76cb-b1d3-5d7f9cda0329');
INSERT INTO "event" VALUES(114891970560000,NULL,4,2,1795187040000,'message','email','outbound','agent','ana',1,'Ainda na saída','{}','01a1f97c-5f00-777f-9849-0541779c58c4');
CREATE TABLE fact (
  customer_id INTEGER NOT NULL REFERENCES customer(id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  at INTEGER NOT NULL,
  author TEXT NOT NULL,
  PRIMARY KEY (customer_id, name)
) WITHOUT ROWID;
CREATE TABLE identity (
  customer_id INTEGER NOT NULL REFERENCES customer(id) ON DELETE CASCADE,
  kind TEXT NOT NULL,
  normal TEXT NOT NULL,           -- what equality is judged on
  value TEXT NOT NULL,            -- as received
  PRIMARY KEY (customer_id, kind, normal)
) WITHOUT ROWID;
INSERT INTO "identity" VALUES(1,'email','cliente0@exemplo.com.br','cliente0@exemplo.com.br');
INSERT INTO "identity" VALUES(1,'phone','+5511900000000','+55 11 900000000');
INSERT INTO "identity" VALUES(2,'email','cliente1@exemplo.com.br','cliente1@exemplo.com.br');
INSERT INTO "identity" VALUES(2,'phone','+5511900000001','+55 11 900000001');
CREATE TABLE imported (
  external_id TEXT PRIMARY KEY,
  ticket_id INTEGER NOT NULL REFERENCES ticket(id)
) WITHOUT ROWID;
CREATE TABLE index_queue (
  n INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL,             -- event | ticket | customer | article | gone_event | gone_ticket | gone_customer | gone_article
  refs BLOB NOT NULL
);
INSERT INTO "index_queue" VALUES(8,'event',X'00C0175F7E680000');
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO "meta" VALUES('store_id','4b0a46a3411f62c5');
CREATE TABLE outbox (
  n INTEGER PRIMARY KEY AUTOINCREMENT,
  command_id TEXT NOT NULL UNIQUE,
  type TEXT NOT NULL,
  ticket_id INTEGER,              -- NULL for what is about no ticket
  body TEXT NOT NULL,             -- the command as JSON: the stored bytes are what is sent
  state TEXT NOT NULL,
  hold_until INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  next_try INTEGER NOT NULL DEFAULT 0,
  may_have_arrived INTEGER NOT NULL DEFAULT 0,
  first_try INTEGER,
  error_code TEXT,
  error TEXT,
  undo TEXT NOT NULL DEFAULT '{}', -- what the visible effect replaced
  current TEXT,                   -- on a conflict, how it stands now
  receipt TEXT,
  created INTEGER NOT NULL,
  changed INTEGER NOT NULL
);
INSERT INTO "outbox" VALUES(1,'01a1f978-b580-7f07-92e2-576beb99619f','reply',1,'{"id":"01a1f978-b580-7f07-92e2-576beb99619f","at":"2026-11-20T15:00:00Z","author":"ana","ticket":{"id":1,"remote":null},"type":"reply","text":"Olá! Já sai hoje.","channel":"email","last_seen":null,"status":null}','confirmed',1795186810000,1,0,0,1795186860000,NULL,NULL,'{}',NULL,'{"command_id":"01a1f978-b580-7f07-92e2-576beb99619f","at":"2026-11-20T15:01:00Z","ticket":null,"event":"x1","protocol":null,"note":""}',1795186800000,1795186860000);
INSERT INTO "outbox" VALUES(2,'01a1f979-9fe0-734b-9873-9feecefda2a8','reply',1,'{"id":"01a1f979-9fe0-734b-9873-9feecefda2a8","at":"2026-11-20T15:01:00Z","author":"ana","ticket":{"id":1,"remote":null},"type":"reply","text":"Chegou aí? “Sim”","channel":"email","last_seen":null,"status":null}','unknown',1795186870000,1,0,1,1795186920000,'unknown','no answer','{"@trail": {"last_outbound": [1795186800000, 1795186860000], "updated": [1795186800000, 1795186860000], "newest_event": [114891955200000, 114891959040000]}, "@event": 114891959040000, "@more": {}}',NULL,NULL,1795186860000,1795186920000);
INSERT INTO "outbox" VALUES(3,'01a1f97a-8a40-7e11-89a4-a5ba0c81b8df','assign',2,'{"id":"01a1f97a-8a40-7e11-89a4-a5ba0c81b8df","at":"2026-11-20T15:02:00Z","author":"ana","ticket":{"id":2,"remote":null},"type":"assign","assignee":"carla","expected":"bruno"}','conflict',1795186930000,1,0,0,1795186980000,'conflict','taken','{"@event": 114891962880000, "@more": {}}','{"assignee": "bruno"}',NULL,1795186920000,1795186980000);
INSERT INTO "outbox" VALUES(4,'01a1f97b-74a0-76cb-b1d3-5d7f9cda0329','note',3,'{"id":"01a1f97b-74a0-76cb-b1d3-5d7f9cda0329","at":"2026-11-20T15:03:00Z","author":"ana","ticket":{"id":3,"remote":null},"type":"note","text":"conferir o estoque"}','refused',1795186990000,1,0,0,1795187040000,'rejected','fila fechada','{"@event": 114891966720000, "@more": {}}',NULL,NULL,1795186980000,1795187040000);
INSERT INTO "outbox" VALUES(5,'01a1f97c-5f00-777f-9849-0541779c58c4','reply',4,'{"id":"01a1f97c-5f00-777f-9849-0541779c58c4","at":"2026-11-20T15:04:00Z","author":"ana","ticket":{"id":4,"remote":null},"type":"reply","text":"Ainda na saída","channel":"email","last_seen":null,"status":null}','held',1795190640000,0,0,0,NULL,NULL,NULL,'{"@trail": {"last_outbound": [1795186380000, 1795187040000], "updated": [1795186500000, 1795187040000], "newest_event": [114891928320001, 114891970560000]}, "@event": 114891970560000, "@more": {}}',NULL,NULL,1795187040000,1795187040000);
CREATE TABLE poison (
  n INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  backend TEXT NOT NULL,
  change TEXT NOT NULL,
  error TEXT NOT NULL
);
CREATE TABLE promise (
  id TEXT PRIMARY KEY,            -- id of the command that made it
  ticket_id INTEGER NOT NULL REFERENCES ticket(id),
  due INTEGER NOT NULL,
  what TEXT NOT NULL,
  author TEXT NOT NULL,
  made INTEGER NOT NULL,
  outcome TEXT,                   -- kept | broken | cancelled
  settled INTEGER
) WITHOUT ROWID;
CREATE TABLE sync_state (backend TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (backend, key)) WITHOUT ROWID;
INSERT INTO "sync_state" VALUES('example','caught_up','1');
INSERT INTO "sync_state" VALUES('example','cursor','41');
CREATE TABLE tally (
  status TEXT NOT NULL,
  assignee TEXT NOT NULL,
  team TEXT NOT NULL,
  n INTEGER NOT NULL,
  PRIMARY KEY (status, assignee, team)
) WITHOUT ROWID;
INSERT INTO "tally" VALUES('open','','loja',1);
INSERT INTO "tally" VALUES('open','ana','loja',1);
INSERT INTO "tally" VALUES('open','bruno','financeiro',1);
INSERT INTO "tally" VALUES('pending','','financeiro',1);
CREATE TABLE ticket (
  id INTEGER PRIMARY KEY,
  remote_id TEXT UNIQUE,          -- NULL until the backend confirmed its creation
  protocol TEXT UNIQUE,
  subject TEXT NOT NULL,
  customer_id INTEGER NOT NULL REFERENCES customer(id),
  channel TEXT NOT NULL,
  status TEXT NOT NULL,
  remote_status TEXT,             -- what the backend last said: only a change of it overrules ours
  priority TEXT NOT NULL,
  impact TEXT,
  assignee TEXT,
  team TEXT,
  tier TEXT,
  reason TEXT,
  wrap_up TEXT,
  tags TEXT NOT NULL DEFAULT '[]',
  fields TEXT NOT NULL DEFAULT '{}',
  opened INTEGER NOT NULL,
  updated INTEGER NOT NULL,
  solved INTEGER,
  snoozed_until INTEGER,
  keep_snoozed INTEGER NOT NULL DEFAULT 0,
  merged_into INTEGER REFERENCES ticket(id),
  version TEXT,
  first_reply INTEGER,            -- first human public reply
  last_inbound INTEGER,           -- newest message of the customer
  last_outbound INTEGER,          -- newest human public reply
  waiting_since INTEGER,          -- the customer's oldest message that nobody answered
  paused_since INTEGER,           -- waiting on the customer since
  pauses TEXT NOT NULL DEFAULT '[]', -- ended pauses, [[from, to], ...]
  newest_event INTEGER,           -- event.key
  seen_event INTEGER,             -- event.key up to which this agent has read
  score INTEGER NOT NULL DEFAULT 0,
  why TEXT NOT NULL DEFAULT '[]', -- [["part", points], ...]; sums to score
  sla_target TEXT,
  sla_due INTEGER,
  sla_state TEXT NOT NULL DEFAULT 'none',
  recheck INTEGER,                -- when score or SLA state will next change by time alone
  mark INTEGER                    -- digest of what the backend last said; the same again is not laid over the row again
);
INSERT INTO "ticket" VALUES(1,'t0','2026-000000','Pedido atrasado nº 0',1,'email','open','new','low',NULL,NULL,'loja',NULL,NULL,NULL,'["atraso"]','{}',1795186500000,1795186860000,NULL,NULL,0,NULL,NULL,1795186560000,1795186500000,1795186860000,NULL,NULL,'[]',114891959040000,NULL,0,'[]',NULL,NULL,'none',NULL,NULL);
INSERT INTO "ticket" VALUES(2,'t1','2026-000001','Cobrança em duplicidade nº 1',1,'chat','open','open','normal',NULL,'bruno','financeiro',NULL,NULL,NULL,'[]','{}',1795186440000,1795186620000,NULL,NULL,0,NULL,NULL,1795186500000,1795186440000,1795186500000,NULL,NULL,'[]',114891936000001,NULL,13,'[["urgency",5],["channel",8]]',NULL,NULL,'none',NULL,NULL);
INSERT INTO "ticket" VALUES(3,'t2','2026-000002','Troca de tamanho nº 2',2,'whatsapp','open','open','high',NULL,'ana','loja',NULL,NULL,NULL,'[]','{}',1795186380000,1795186560000,NULL,NULL,0,NULL,NULL,1795186440000,1795186380000,1795186440000,NULL,NULL,'[]',114891932160001,NULL,21,'[["urgency",15],["channel",6]]',NULL,NULL,'none',NULL,2864835331332654158);
INSERT INTO "ticket" VALUES(4,'t3','2026-000003','Orçamento não chegou nº 3',2,'email','pending','pending','urgent',NULL,NULL,'financeiro',NULL,NULL,NULL,'[]','{}',1795186320000,1795187040000,NULL,NULL,0,NULL,NULL,1795186380000,1795186320000,1795187040000,NULL,1795186500000,'[]',114891970560000,NULL,0,'[["urgency",30],["turn",-30]]',NULL,NULL,'none',NULL,6323376758721246811);
CREATE TABLE ticket_tag (
  tag TEXT NOT NULL,
  ticket_id INTEGER NOT NULL REFERENCES ticket(id) ON DELETE CASCADE,
  PRIMARY KEY (tag, ticket_id)
) WITHOUT ROWID;
INSERT INTO "ticket_tag" VALUES('atraso',1);
CREATE INDEX identity_normal ON identity (normal, kind);
CREATE INDEX ticket_customer ON ticket (customer_id, opened DESC);
CREATE INDEX ticket_live_score ON ticket (score DESC, id, status, assignee, team, sla_state)
  WHERE status IN ('new','open','pending','on_hold');
CREATE INDEX ticket_live_assignee ON ticket (assignee, score DESC, id, status, team)
  WHERE status IN ('new','open','pending','on_hold');
CREATE INDEX ticket_live_team ON ticket (team, score DESC, id, status, assignee)
  WHERE status IN ('new','open','pending','on_hold');
CREATE INDEX ticket_live_due ON ticket (sla_due, id, status, assignee, team)
  WHERE status IN ('new','open','pending','on_hold') AND sla_due IS NOT NULL;
CREATE INDEX ticket_live_updated ON ticket (updated DESC, id, status, assignee, team, sla_state)
  WHERE status IN ('new','open','pending','on_hold');
CREATE INDEX ticket_live_opened ON ticket (opened DESC, id, status, assignee, team, sla_state)
  WHERE status IN ('new','open','pending','on_hold');
CREATE INDEX ticket_sla ON ticket (sla_due, id)
  WHERE status IN ('new','open','pending','on_hold') AND sla_state IN ('at_risk','broken');
CREATE INDEX ticket_snoozed ON ticket (snoozed_until, id) WHERE status = 'snoozed';
CREATE INDEX ticket_recheck ON ticket (recheck) WHERE recheck IS NOT NULL;
CREATE INDEX ticket_updated ON ticket (updated DESC, id);
CREATE INDEX ticket_opened ON ticket (opened DESC, id, status);
CREATE INDEX ticket_score ON ticket (score DESC, id);
CREATE INDEX ticket_status ON ticket (status, updated DESC, id);
CREATE TRIGGER ticket_changed_here AFTER UPDATE OF
  status, priority, impact, assignee, team, tier, reason, tags, solved, snoozed_until, merged_into, remote_id, customer_id
  ON ticket WHEN NEW.mark IS NOT NULL AND NEW.mark IS OLD.mark
BEGIN UPDATE ticket SET mark = NULL WHERE id = NEW.id; END;
CREATE INDEX ticket_tag_ticket ON ticket_tag (ticket_id);
CREATE INDEX event_ticket ON event (ticket_id, key) WHERE ticket_id IS NOT NULL;
CREATE INDEX event_customer ON event (customer_id, key);
CREATE UNIQUE INDEX event_command ON event (command_id) WHERE command_id IS NOT NULL;
CREATE INDEX promise_open ON promise (due) WHERE outcome IS NULL;
CREATE INDEX promise_ticket ON promise (ticket_id);
CREATE INDEX outbox_pending ON outbox (ticket_id, n)
  WHERE state IN ('held','queued','sent','unknown','refused','conflict');
CREATE TRIGGER audit_keeps_rows BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
CREATE TRIGGER audit_keeps_words BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
INSERT INTO "sqlite_sequence" VALUES('index_queue',8);
INSERT INTO "sqlite_sequence" VALUES('outbox',5);
