// The libraries from npm: one case a line on standard input, one verdict a line on standard output.
//
// A judge is `verify(secret, request)`, which throws or returns false to refuse, and where its library can sign
// `sign(secret, request, {id, seconds})`, which returns the headers.
import { createPrivateKey, createPublicKey, sign as signWithKey, verify as verifyWithKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { parse } from "node:querystring";
import { createInterface } from "node:readline";
import "@shopify/shopify-api/adapters/node";
import { Signature as HubSpot } from "@hubspot/api-client/lib/src/utils/signature.js";
import { LinearWebhookClient } from "@linear/sdk/webhooks";
import * as octokit from "@octokit/webhooks-methods";
import { shopifyApi, ApiVersion, LogSeverity } from "@shopify/shopify-api";
import { verifyKey } from "discord-interactions";
import OpenAI from "openai";
import { Resend } from "resend";
import { Webhook as StandardWebhook } from "standardwebhooks";
import Stripe from "stripe";
import { Webhook as SvixWebhook } from "svix";
import twilio from "twilio";
import { getExpectedTwilioSignature } from "twilio/lib/webhooks/webhooks.js";

const require = createRequire(import.meta.url);
// Bolt tells nobody else of its check, but its own receivers.
const { verifySlackRequest } = require("@slack/bolt/dist/receivers/verify-request");

const stripe = new Stripe("sk_test_none");
const openai = new OpenAI({ apiKey: "none" });
const resend = new Resend("re_none");
const form = (request) => parse(request.body);
const isForm = (request) => request.headers["content-type"].startsWith("application/x-www-form-urlencoded");
const milliseconds = (seconds) => String(seconds * 1000);

function shopify(secret) {
  const logger = { level: LogSeverity.Error, log: () => {} };
  const app = { apiKey: "none", apiSecretKey: secret, hostName: "none.example", apiVersion: Object.values(ApiVersion)[0] };
  return shopifyApi({ ...app, scopes: [], isEmbeddedApp: false, logger });
}

const judges = {
  stripe: {
    package: "stripe",
    verify: (secret, { headers, body }) => stripe.webhooks.constructEvent(body, headers["stripe-signature"], secret),
    sign: (secret, { body }, { seconds }) => ({
      "stripe-signature": stripe.webhooks.generateTestHeaderString({ payload: body, secret, timestamp: seconds }),
    }),
  },
  octokit: {
    package: "@octokit/webhooks-methods",
    verify: (secret, { headers, body }) => octokit.verify(secret, body, headers["x-hub-signature-256"]),
    sign: async (secret, { body }) => ({ "x-hub-signature-256": await octokit.sign(secret, body) }),
  },
  bolt: {
    package: "@slack/bolt",
    verify: (signingSecret, { headers, body }) => {
      const timestamp = Number(headers["x-slack-request-timestamp"]);
      const signature = headers["x-slack-signature"];
      verifySlackRequest({
        signingSecret, body, headers: { "x-slack-request-timestamp": timestamp, "x-slack-signature": signature },
      });
    },
  },
  standardwebhooks: {
    package: "standardwebhooks",
    verify: (secret, { headers, body }) => new StandardWebhook(secret).verify(body, headers),
    sign: (secret, { body }, { id, seconds }) => ({
      "webhook-id": id,
      "webhook-timestamp": String(seconds),
      "webhook-signature": new StandardWebhook(secret).sign(id, new Date(seconds * 1000), body),
    }),
  },
  svix: {
    package: "svix",
    verify: (secret, { headers, body }) => new SvixWebhook(secret).verify(body, headers),
    sign: (secret, { body }, { id, seconds }) => ({
      "svix-id": id,
      "svix-timestamp": String(seconds),
      "svix-signature": new SvixWebhook(secret).sign(id, new Date(seconds * 1000), body),
    }),
  },
  resend: {
    package: "resend",
    verify: (webhookSecret, { headers, body }) => {
      const named = { id: headers["svix-id"], timestamp: headers["svix-timestamp"], signature: headers["svix-signature"] };
      resend.webhooks.verify({ webhookSecret, payload: body, headers: named });
    },
  },
  openai: {
    package: "openai",
    verify: (secret, { headers, body }) => openai.webhooks.verifySignature(body, headers, secret),
  },
  linear: {
    package: "@linear/sdk",
    verify: (secret, { headers, body }) => {
      const raw = Buffer.from(body);
      return new LinearWebhookClient(secret).verify(raw, headers["linear-signature"]);
    },
  },
  "discord-interactions": {
    package: "discord-interactions",
    verify: (key, { headers, body }) =>
      verifyKey(body, headers["x-signature-ed25519"], headers["x-signature-timestamp"], key),
  },
  shopify: {
    package: "@shopify/shopify-api",
    verify: async (secret, { method, url, headers, body }) => {
      const rawRequest = { method, url, headers };
      return (await shopify(secret).webhooks.validate({ rawBody: body, rawRequest, rawResponse: {} })).valid;
    },
  },
  hubspot: {
    package: "@hubspot/api-client",
    verify: (clientSecret, { method, url, headers, body }) =>
      HubSpot.isValid({
        method, url, clientSecret, requestBody: body, signatureVersion: "v3",
        signature: headers["x-hubspot-signature-v3"], timestamp: headers["x-hubspot-request-timestamp"],
      }),
    sign: (clientSecret, { method, url, body }, { seconds }) => {
      const timestamp = milliseconds(seconds);
      const signature = HubSpot.getSignature(method, "v3", { clientSecret, url, requestBody: body, timestamp });
      return { "x-hubspot-signature-v3": signature, "x-hubspot-request-timestamp": timestamp };
    },
  },
  twilio: {
    package: "twilio",
    verify: (token, request) => {
      const signature = request.headers["x-twilio-signature"];
      return isForm(request)
        ? twilio.validateRequest(token, signature, request.url, form(request))
        : twilio.validateRequestWithBody(token, signature, request.url, request.body);
    },
    sign: (token, request) => ({
      "x-twilio-signature": getExpectedTwilioSignature(token, request.url, isForm(request) ? form(request) : {}),
    }),
  },
  // No library signs with Ed25519, or checks `v1a`: OpenSSL does, and knows nothing of ours.
  "openssl-discord": {
    package: "node",
    verify: (key, { headers, body }) => {
      const message = Buffer.from(headers["x-signature-timestamp"] + body);
      return verifyWithKey(null, message, publicKey(Buffer.from(key, "hex")), Buffer.from(headers["x-signature-ed25519"], "hex"));
    },
    sign: (seed, { body }, { seconds }) => ({
      "x-signature-timestamp": String(seconds),
      "x-signature-ed25519": signWithKey(null, Buffer.from(seconds + body), privateKey(seed)).toString("hex"),
    }),
  },
  "openssl-v1a": {
    package: "node",
    verify: (key, { headers, body }) => {
      const message = Buffer.from(`${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`);
      const [version, signature] = headers["webhook-signature"].split(",");
      const raw = Buffer.from(key.replace("whpk_", ""), "base64");
      return version === "v1a" && verifyWithKey(null, message, publicKey(raw), Buffer.from(signature, "base64"));
    },
    sign: (seed, { body }, { id, seconds }) => {
      const signature = signWithKey(null, Buffer.from(`${id}.${seconds}.${body}`), privateKey(seed));
      const signed = `v1a,${signature.toString("base64")}`;
      return { "webhook-id": id, "webhook-timestamp": String(seconds), "webhook-signature": signed };
    },
  },
};

// What stands before an Ed25519 key in PKCS #8 and SubjectPublicKeyInfo (RFC 8410 §10).
function privateKey(seed) {
  const key = Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), Buffer.from(seed, "hex")]);
  return createPrivateKey({ key, format: "der", type: "pkcs8" });
}

function publicKey(raw) {
  const key = Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), raw]);
  return createPublicKey({ key, format: "der", type: "spki" });
}

function version(name) {
  if (name === "node") return `OpenSSL ${process.versions.openssl}`;
  const { version } = JSON.parse(readFileSync(new URL(`node_modules/${name}/package.json`, import.meta.url)));
  return `${name} ${version}`;
}

async function decide({ judge, verb, secret, request, id, seconds }) {
  if (verb === "describe") {
    const row = ([name, { package: source, sign }]) => [name, { version: version(source), signs: Boolean(sign) }];
    return Object.fromEntries(Object.entries(judges).map(row));
  }
  if (verb === "sign") return { headers: await judges[judge].sign(secret, request, { id, seconds }) };
  try {
    return { accepted: (await judges[judge].verify(secret, request)) !== false };
  } catch (error) {
    return { accepted: false, reason: String(error.message) };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await decide(JSON.parse(line)))}\n`);
}
