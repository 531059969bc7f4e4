/*
 * What the zygote holds and no child needs. Children are copies of the
 * zygote, and every mapping it has is copied into each of them. Libraries
 * that only other libraries ask for (encoders, key stores, mount tables) are
 * unmapped: children cost less, and that code is not in the cage at all.
 */
#ifndef WORKER_SHED_H
#define WORKER_SHED_H

/*
 * Once, in the zygote, when everything is loaded and nothing is read yet.
 * A call into one of these libraries is a SIGSEGV from then on, in a child:
 * the document is held. So is fork(), which runs their handlers: _Fork().
 * Their symbols can still be looked up. Does nothing when functions are not
 * bound yet (no LD_BIND_NOW, which pipeline/zygote.c sets), and under
 * AddressSanitizer.
 */
void shed_libraries(void);
/*
 * The same for a light zygote (doc_preload_mail()): every library but the few
 * that a message of texts needs is unmapped, whole. Nothing can be looked up
 * in them afterwards.
 */
void shed_all_but_mail(void);

#endif
