-- SPDX-License-Identifier: ISC
-- Ten questions to a survey; see load.sqlite.
.mode list
.separator "|" "\n"
.print 1. How many domains have which verdict?
SELECT verdict, count(*) FROM domain GROUP BY 1 ORDER BY 2 DESC, 1;
.print 2. What is to blame, most often first?
SELECT value, count(*) FROM domain, json_each(domain.findings)
  GROUP BY 1 ORDER BY 2 DESC, 1;
.print 3. Which providers have the most domains under DANE?
SELECT provider, count(*) FROM domain WHERE verdict = 'dane-ok'
  GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 20;
.print 4. Whose domains are in trouble?
SELECT provider, count(*) FROM domain WHERE state = 'critical'
  GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 20;
.print 5. Which TLSA parameters are in use, on how many hosts?
SELECT (value ->> '$.usage') || ' ' || (value ->> '$.selector') || ' ' ||
  (value ->> '$.mtype'), count(DISTINCT host) FROM host, json_each(host.tlsa)
  GROUP BY 1 ORDER BY 2 DESC, 1;
.print 6. Which keys do servers show?
SELECT key, count(*) FROM address WHERE key IS NOT NULL
  GROUP BY 1 ORDER BY 2 DESC, 1;
.print 7. Which versions of TLS?
SELECT tls, count(*) FROM address WHERE tls IS NOT NULL
  GROUP BY 1 ORDER BY 2 DESC, 1;
.print 8. Which hosts, if mended, would mend the most domains?
SELECT address.host, outcome, count(DISTINCT domain) FROM address
  JOIN mx ON mx.host = address.host
  WHERE outcome IN ('tlsa-mismatch', 'name-mismatch', 'cert-expired',
    'chain-invalid', 'starttls-missing', 'starttls-refused', 'tls-failed',
    'plaintext-injected')
  GROUP BY 1, 2 ORDER BY 3 DESC, 1 LIMIT 20;
.print 9. Which keys are served by more than one host?
SELECT spki, count(DISTINCT host) FROM address WHERE spki IS NOT NULL
  GROUP BY 1 HAVING count(DISTINCT host) > 1 ORDER BY 2 DESC, 1 LIMIT 20;
.print 10. How many domains rest on one mail host alone?
SELECT count(*) FROM (SELECT domain FROM mx GROUP BY 1 HAVING count(*) = 1);
