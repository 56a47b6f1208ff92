# Sieve (RFC 5228), for a server whose filter ran before delivery: alarms go into a folder of their own.
require ["fileinto"];

if header :matches "X-Standfast" "spam *" {
  fileinto "Spam";
}
