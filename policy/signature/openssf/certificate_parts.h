/* What the two files of the certificate reader share. */
#ifndef AL_POLICY_SIGNATURE_OPENSSF_CERTIFICATE_PARTS_H
#define AL_POLICY_SIGNATURE_OPENSSF_CERTIFICATE_PARTS_H

#include "policy/signature/openssf/certificate.h"

/* A Name: sets of attributes, each a text. Sets *common_name where there is one. */
bool al_certificate_name_read(struct al_text name, struct al_text *common_name);

/* What is left of a certificate's to-be-signed part behind the key: [3] { extension … }. */
bool al_certificate_extensions_read(struct al_certificate *c, struct al_text rest);

#endif
